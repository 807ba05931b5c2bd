import type {
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  Overflow,
  PlainTextElement,
  PlainTextOption,
  RichTextBlock,
  RichTextElement,
  RichTextSection,
  SectionBlock,
  View,
} from '@slack/types';
import { shorten } from '../../lib/plain-text';

/**
 * Constructors of what Usher says in Slack. Text that people wrote only ever travels as plain text: in rich-text
 * elements and plain_text objects, where `<!channel>`, `*` and `&` mean themselves. Every limit of Slack is kept here,
 * by shortening what may be shortened.
 */

/** A message: blocks, and the words that a notification shows (escaped here, never mrkdwn). */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}
export type ModalView = Extract<View, { type: 'modal' }>;
export type HomeView = Extract<View, { type: 'home' }>;

/** A piece of a line; a bare string is literal text. */
export type Piece = string | RichTextElement;

// A message is refused at about 13,200 characters in all, which Slack does not document; this leaves room for what Slack counts beside.
export const messageCharacters = 12_000;

/** Slack's three control characters, for the few places that are mrkdwn whatever one does: a notification's words. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

export const bold = (text: string): RichTextElement => ({ type: 'text', text: text || ' ', style: { bold: true } });
export const code = (text: string): RichTextElement => ({ type: 'text', text: text || ' ', style: { code: true } });
export const link = (url: string, text: string): RichTextElement => ({ type: 'link', url, text });
export const emoji = (name: string): RichTextElement => ({ type: 'emoji', name });
export const slackUser = (id: string): RichTextElement => ({ type: 'user', user_id: id });
/** A moment in the reader's own time zone. */
export const moment = (date: Date): RichTextElement => ({
  type: 'date',
  timestamp: Math.floor(date.getTime() / 1000),
  format: '{date_short_pretty} {time}',
  fallback: `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
});

function element(piece: Piece): RichTextElement {
  return typeof piece === 'string' ? { type: 'text', text: piece } : piece;
}
function line(pieces: readonly Piece[]): RichTextSection {
  return { type: 'rich_text_section', elements: pieces.filter((piece) => piece !== '').map(element) };
}

/** One paragraph. */
export function paragraph(...pieces: readonly Piece[]): RichTextBlock {
  return { type: 'rich_text', elements: [line(pieces)] };
}

/** A list, one line an item. */
export function list(items: readonly (readonly Piece[])[], style: 'bullet' | 'ordered' = 'bullet'): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_list', style, elements: items.map(line) }] };
}

/** Facts with their names in bold, one a line. */
export function facts(rows: readonly (readonly [name: string, ...value: Piece[]])[]): RichTextBlock {
  const elements = rows.flatMap(([name, ...value], index) => [
    ...(index > 0 ? [element('\n')] : []),
    bold(name),
    element('  '),
    ...value.filter((piece) => piece !== '').map(element),
  ]);
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

/** A plain line, perhaps with a control at its end. */
export function section(text: string, accessory?: Button | Overflow | undefined, blockId?: string): SectionBlock {
  return {
    type: 'section',
    ...(blockId ? { block_id: blockId } : {}),
    text: plain(shorten(text, 3000)),
    ...(accessory ? { accessory } : {}),
  };
}
export const header = (text: string): HeaderBlock => ({ type: 'header', text: plain(shorten(text, 150)) });
export const note = (text: string): ContextBlock => ({ type: 'context', elements: [plain(shorten(text, 2000))] });
export const divider = { type: 'divider' } as const;
export const plain = (text: string): PlainTextElement => ({ type: 'plain_text', text: text || ' ', emoji: false });

export interface ButtonOptions {
  readonly actionId: string;
  readonly text: string;
  readonly value?: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: ConfirmationDialog;
  readonly url?: string;
  readonly label?: string;
}
export function button(options: ButtonOptions): Button {
  return {
    type: 'button',
    action_id: options.actionId,
    text: plain(shorten(options.text, 75)),
    ...(options.value !== undefined ? { value: options.value } : {}),
    ...(options.style ? { style: options.style } : {}),
    ...(options.confirm ? { confirm: options.confirm } : {}),
    ...(options.url ? { url: options.url } : {}),
    ...(options.label ? { accessibility_label: shorten(options.label, 75) } : {}),
  };
}
export function buttons(blockId: string, ...elements: readonly Button[]): KnownBlock {
  return { type: 'actions', block_id: blockId, elements: [...elements] };
}

/** A question before something is done. */
export function confirmation(title: string, text: string, confirm: string): ConfirmationDialog {
  return {
    title: plain(shorten(title, 100)),
    text: plain(shorten(text, 300)),
    confirm: plain(shorten(confirm, 30)),
    deny: plain('Cancel'),
  };
}

export function option(text: string, value: string, description?: string): PlainTextOption {
  return {
    text: plain(shorten(text, 75)),
    value,
    ...(description ? { description: plain(shorten(description, 75)) } : {}),
  };
}

/** A message out of blocks; its notification words are escaped. */
export function message(text: string, ...blocks: readonly KnownBlock[]): SlackMessage {
  return { text: escapeText(shorten(text, 2000)), blocks };
}
/** A message of one sentence. */
export function sentence(text: string): SlackMessage {
  return message(text, paragraph(text));
}

/** How many characters of text these blocks hold, about as Slack counts them. */
export function characters(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + characters(item), 0);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).reduce((sum, [key, item]) => sum + (key === 'type' ? 0 : characters(item)), 0);
  }
  return 0;
}

/** As many leading items as fit into what a message has room for, and how many were left out. */
export function fitting<Item>(
  items: readonly Item[],
  most: number,
  size: (item: Item) => number,
  room = messageCharacters,
): { shown: Item[]; more: number } {
  const shown: Item[] = [];
  let used = 0;
  for (const item of items) {
    used += size(item);
    if (shown.length >= most || used > room) break;
    shown.push(item);
  }
  return { shown, more: items.length - shown.length };
}

export interface ModalOptions {
  readonly callbackId: string;
  readonly title: string;
  readonly submit?: string;
  readonly close?: string;
  readonly metadata?: unknown;
  readonly blocks: readonly KnownBlock[];
}
export function modal(options: ModalOptions): ModalView {
  return {
    type: 'modal',
    callback_id: options.callbackId,
    title: plain(shorten(options.title, 24)),
    ...(options.submit ? { submit: plain(shorten(options.submit, 24)) } : {}),
    close: plain(shorten(options.close ?? 'Close', 24)),
    ...(options.metadata !== undefined ? { private_metadata: JSON.stringify(options.metadata) } : {}),
    blocks: [...options.blocks],
  };
}
/** What stands in a modal while its data is fetched. */
export function loadingModal(title: string): ModalView {
  return modal({ callbackId: 'loading', title, blocks: [paragraph(emoji('hourglass_flowing_sand'), ' Loading…')] });
}
/** A modal that only says something. */
export function noticeModal(title: string, ...blocks: readonly KnownBlock[]): ModalView {
  return modal({ callbackId: 'notice', title, blocks });
}
