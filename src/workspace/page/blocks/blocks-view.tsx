import type { ActionsBlock, ContextBlock, FileBlock, ImageBlock } from '@slack/types';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { ElementView } from '../elements/element-view';
import { ElementPlaceContext } from '../elements/use-element';
import { Icon } from '../icon';
import { parseMarkdown } from '../text/markdown';
import { readRichText } from '../text/rich-text';
import { dateReader, PlainTextView, TextBlocksView, TextObjectView } from '../text/text-view';
import { actionIdOf, blockIdOf, type KnownBlock } from './block-kit';
import { type BlockForm, BlockFormContext, useBlockForm } from './form-context';
import { InputBlockView } from './input-block';
import { SectionBlockView } from './section-block';

/** The blocks of a message, a modal or the Home tab. */
export function BlocksView({ form, blocks }: { form: BlockForm; blocks: readonly KnownBlock[] }): JSX.Element {
  return (
    <BlockFormContext.Provider value={form}>
      <div class="blocks">
        {blocks.map((block, index) => (
          <BlockFrame
            key={`${blockIdOf(block, index)}:${block.type}`}
            block={block}
            blockId={blockIdOf(block, index)}
          />
        ))}
      </div>
    </BlockFormContext.Provider>
  );
}

function BlockFrame({ block, blockId }: { block: KnownBlock; blockId: string }): JSX.Element {
  const form = useBlockForm();
  const error = form.errors[blockId];
  return (
    <div class={`block block-${block.type}`} data-block-id={blockId}>
      <BlockView block={block} blockId={blockId} />
      {error !== undefined && block.type !== 'input' && (
        <p class="field-error" role="alert">
          <Icon name="warning" />
          {error}
        </p>
      )}
    </div>
  );
}

function BlockView({ block, blockId }: { block: KnownBlock; blockId: string }): JSX.Element {
  switch (block.type) {
    case 'section':
      return <SectionBlockView block={block} blockId={blockId} />;
    case 'input':
      return <InputBlockView block={block} blockId={blockId} />;
    case 'actions':
      return <ActionsBlockView block={block} blockId={blockId} />;
    case 'context':
      return <ContextBlockView block={block} />;
    case 'divider':
      return <hr class="divider" />;
    case 'header':
      return (
        <h3 class="header-text">
          <PlainTextView text={block.text.text} emoji={block.text.emoji ?? true} />
        </h3>
      );
    case 'image':
      return <ImageBlockView block={block} />;
    case 'file':
      return <FileBlockView block={block} />;
    case 'markdown':
      return <MarkdownBlockView text={block.text} />;
    case 'rich_text':
      return <TextBlocksView blocks={readRichText(block, dateReader())} />;
    default:
      return <p class="unsupported">This page cannot show a “{block.type}” block.</p>;
  }
}

function ActionsBlockView({ block, blockId }: { block: ActionsBlock; blockId: string }): JSX.Element {
  return (
    <div class="actions">
      {block.elements.map((element) => (
        <ElementPlaceContext.Provider
          key={actionIdOf(element)}
          value={{
            blockId,
            dispatches: true,
            required: false,
            inputLabelId: null,
            describedBy: null,
            isInvalid: false,
            fallbackLabel: 'Choose',
          }}
        >
          <ElementView element={element} />
        </ElementPlaceContext.Provider>
      ))}
    </div>
  );
}

function ContextBlockView({ block }: { block: ContextBlock }): JSX.Element {
  return (
    <div class="context">
      {block.elements.map((element, index) => {
        const key = `${index}:${element.type}`;
        if (element.type !== 'image') {
          return (
            <span key={key} class="context-text">
              <TextObjectView object={element} />
            </span>
          );
        }
        const source = 'image_url' in element ? element.image_url : '';
        return <img key={key} class="context-image" src={source} alt={element.alt_text} />;
      })}
    </div>
  );
}

function ImageBlockView({ block }: { block: ImageBlock }): JSX.Element {
  return (
    <figure class="image">
      {block.title && (
        <figcaption>
          <PlainTextView text={block.title.text} />
        </figcaption>
      )}
      <img src={'image_url' in block ? block.image_url : ''} alt={block.alt_text} />
    </figure>
  );
}

function FileBlockView({ block }: { block: FileBlock }): JSX.Element {
  return (
    <p class="file-reference">
      <Icon name="file" /> Remote file {block.external_id}
    </p>
  );
}

function MarkdownBlockView({ text }: { text: string }): JSX.Element {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div class="markdown">
      <TextBlocksView blocks={blocks} />
    </div>
  );
}
