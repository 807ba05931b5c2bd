import type { MessageView, ModalView, SlackBlock, SlackView } from '../../src/workspace/protocol';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** mrkdwn as a reader sees it: links as `label <url>`, entities undone; mentions and emphasis stay as they are. */
function readable(mrkdwn: string): string {
  return mrkdwn
    .replace(/<((?:https?|mailto):[^|>]+)(?:\|([^>]+))?>/g, (_all, url, label) => (label ? `${label} <${url}>` : url))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

function textObject(value: unknown): string {
  if (!isFields(value) || typeof value.text !== 'string') return '';
  return value.type === 'mrkdwn' ? readable(value.text) : value.text;
}

/** What stands on a button or select. */
export function elementLabel(element: unknown): string {
  if (!isFields(element)) return '';
  return textObject(element.text) || textObject(element.placeholder) || String(element.action_id ?? element.type);
}

function options(element: Fields): string {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [element];
  const all = groups.flatMap((group) => (isFields(group) ? listOf(group.options) : []));
  return all.map((option) => (isFields(option) ? textObject(option.text) : '')).join(' | ');
}

function elementText(element: unknown): string {
  if (!isFields(element)) return '';
  switch (element.type) {
    case 'button':
      return `[${elementLabel(element)}]`;
    case 'image':
      return `(${String(element.alt_text)})`;
    case 'overflow':
      return `[… ${options(element)}]`;
    case 'plain_text':
    case 'mrkdwn':
      return textObject(element);
    default: {
      const initial = isFields(element.initial_option)
        ? textObject(element.initial_option.text)
        : element.initial_value;
      return `{${[initial ?? elementLabel(element), options(element)].filter(Boolean).join(': ')}}`;
    }
  }
}

function richText(value: unknown): string {
  if (Array.isArray(value)) return value.map(richText).join('');
  if (!isFields(value)) return '';
  if (Array.isArray(value.elements)) {
    const separator = value.type === 'rich_text' || value.type === 'rich_text_list' ? '\n' : '';
    return value.elements.map(richText).join(separator);
  }
  return String(value.text ?? value.url ?? value.name ?? value.user_id ?? value.fallback ?? '');
}

function cellText(cell: unknown): string {
  return isFields(cell) && cell.type === 'raw_text' ? String(cell.text) : richText(cell);
}

function blockLines(block: SlackBlock): string[] {
  switch (block.type) {
    case 'section':
      return [textObject(block.text), ...listOf(block.fields).map(textObject), elementText(block.accessory)];
    case 'header':
      return [textObject(block.text)];
    case 'context':
    case 'actions':
      return [listOf(block.elements).map(elementText).join(' ')];
    case 'input':
      return [`${textObject(block.label)}: ${elementText(block.element)}`, textObject(block.hint)];
    case 'divider':
      return ['---'];
    case 'image':
      return [`(${String(block.alt_text)})`];
    case 'rich_text':
      return [richText(block)];
    case 'markdown':
      return [String(block.text)];
    case 'table':
      return listOf(block.rows).map((row) => listOf(row).map(cellText).join(' | '));
    default:
      return [`(${block.type})`];
  }
}

/** One block as lines of plain text. */
export function blockText(block: SlackBlock): string {
  return blockLines(block).filter(Boolean).join('\n');
}

function viewText(view: SlackView): string {
  const buttons = [view.submit, view.close].flatMap((button) => (button ? [`[${textObject(button)}]`] : []));
  return [textObject(view.title), ...view.blocks.map(blockText), buttons.join(' ')].filter(Boolean).join('\n');
}

function messageText({ blocks, text, files }: MessageView): string {
  const said = blocks.length > 0 ? blocks.map(blockText) : [readable(text)];
  return [...said, ...files.map((file) => `(file ${file.name})`)].filter(Boolean).join('\n');
}

/** A message, modal or Home as a person reads it, in plain lines: buttons `[Label]`, inputs `Label: {value}`. */
export function textOf(shown: MessageView | ModalView | SlackView): string {
  if ('ts' in shown) return messageText(shown as MessageView);
  if (!('errors' in shown)) return viewText(shown as SlackView);
  const { view, errors } = shown as ModalView;
  return [viewText(view), ...Object.entries(errors).map(([blockId, error]) => `! ${blockId}: ${error}`)].join('\n');
}
