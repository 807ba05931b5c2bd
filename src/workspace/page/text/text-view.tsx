import type { MrkdwnElement, PlainTextElement } from '@slack/types';
import { type ComponentChildren, createContext, type JSX } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { emojiArt } from './emoji-art';
import type { Inline, TextBlock } from './inline';
import { parseMrkdwn } from './mrkdwn';
import { parsePlainText } from './plain-text';
import type { DateReader } from './slack-date';

/** Names behind ids, for mentions. */
export interface Directory {
  readonly me: string;
  personName(id: string): string | null;
  channelName(id: string): string | null;
  openChannel(id: string): void;
}

export const DirectoryContext = createContext<Directory>({
  me: '',
  personName: () => null,
  channelName: () => null,
  openChannel: () => undefined,
});

/** The reader of dates: this browser, now. */
export function dateReader(): DateReader {
  return { now: new Date(), locale: 'en-US' };
}

/** A `{type: plain_text | mrkdwn, text}` object. */
export function TextObjectView({ object }: { object: PlainTextElement | MrkdwnElement }): JSX.Element {
  if (object.type === 'mrkdwn') return <MrkdwnView text={object.text} verbatim={object.verbatim ?? false} />;
  return <PlainTextView text={object.text} emoji={object.emoji ?? true} />;
}

export function PlainTextView({ text, emoji = true }: { text: string; emoji?: boolean }): JSX.Element {
  const pieces = useMemo(() => parsePlainText(text, emoji), [text, emoji]);
  return <InlineView pieces={pieces} />;
}

export function MrkdwnView({ text, verbatim = false }: { text: string; verbatim?: boolean }): JSX.Element {
  const blocks = useMemo(() => parseMrkdwn(text, { reader: dateReader(), verbatim }), [text, verbatim]);
  return <TextBlocksView blocks={blocks} />;
}

export function TextBlocksView({ blocks }: { blocks: readonly TextBlock[] }): JSX.Element {
  return (
    <>
      {blocks.map((block, index) => (
        <TextBlockView key={`${index}:${block.kind}`} block={block} />
      ))}
    </>
  );
}

function TextBlockView({ block }: { block: TextBlock }): JSX.Element {
  switch (block.kind) {
    case 'lines':
      return (
        <div class="text-lines">
          <InlineView pieces={block.children} />
        </div>
      );
    case 'pre':
      return (
        <pre class="text-pre">
          <InlineView pieces={block.children} />
        </pre>
      );
    case 'quote':
      return (
        <blockquote class="text-quote">
          <TextBlocksView blocks={block.children} />
        </blockquote>
      );
    case 'heading': {
      const Heading = `h${Math.min(block.level + 2, 6)}` as 'h3';
      return (
        <Heading class={`text-heading text-heading-${block.level}`}>
          <InlineView pieces={block.children} />
        </Heading>
      );
    }
    case 'rule':
      return <hr class="text-rule" />;
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <TextBlocksView blocks={item} />
        </li>
      ));
      return block.ordered ? (
        <ol class="text-list" start={block.start}>
          {items}
        </ol>
      ) : (
        <ul class="text-list">{items}</ul>
      );
    }
    case 'table':
      return <TextTable head={block.head} rows={block.rows} />;
  }
}

function TextTable(props: {
  head: readonly (readonly Inline[])[];
  rows: readonly (readonly (readonly Inline[])[])[];
}): JSX.Element {
  return (
    <div class="text-table-scroll">
      <table class="text-table">
        <thead>
          <tr>
            {props.head.map((cell, index) => (
              <th key={index} scope="col">
                <InlineView pieces={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, rowIndex) => (
            <tr key={rowIndex}>
              {row.map((cell, index) => (
                <td key={index}>
                  <InlineView pieces={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function InlineView({ pieces }: { pieces: readonly Inline[] }): JSX.Element {
  return (
    <>
      {pieces.map((piece, index) => (
        <PieceView key={`${index}:${piece.kind}`} piece={piece} />
      ))}
    </>
  );
}

function PieceView({ piece }: { piece: Inline }): JSX.Element {
  switch (piece.kind) {
    case 'text':
      return <>{piece.text}</>;
    case 'break':
      return <br />;
    case 'bold':
      return (
        <strong>
          <InlineView pieces={piece.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <InlineView pieces={piece.children} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <InlineView pieces={piece.children} />
        </s>
      );
    case 'underline':
      return (
        <u>
          <InlineView pieces={piece.children} />
        </u>
      );
    case 'code':
      return (
        <code class="text-code">
          <InlineView pieces={piece.children} />
        </code>
      );
    case 'link':
      return (
        <OutsideLink url={piece.url}>
          <InlineView pieces={piece.children} />
        </OutsideLink>
      );
    case 'emoji':
      return (
        <span class="emoji" role="img" aria-label={piece.name.replaceAll('_', ' ')} title={`:${piece.name}:`}>
          {emojiArt(piece.name) ?? piece.glyph}
        </span>
      );
    default:
      return <MentionView piece={piece} />;
  }
}

export function OutsideLink({ url, children }: { url: string; children: ComponentChildren }): JSX.Element {
  return (
    <a class="text-link" href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

type Mention = Extract<Inline, { kind: 'user' | 'channel' | 'group' | 'broadcast' }>;

function MentionView({ piece }: { piece: Mention }): JSX.Element {
  const directory = useContext(DirectoryContext);
  if (piece.kind === 'broadcast') return <span class="mention mention-me">@{piece.range}</span>;
  if (piece.kind === 'user') {
    const name = directory.personName(piece.id) ?? piece.label ?? piece.id;
    return <span class={piece.id === directory.me ? 'mention mention-me' : 'mention'}>@{name}</span>;
  }
  if (piece.kind === 'group') return <span class="mention">@{(piece.label ?? piece.id).replace(/^@/, '')}</span>;
  const name = directory.channelName(piece.id);
  if (name === null) return <span class="mention">#{piece.label ?? piece.id}</span>;
  return (
    <button type="button" class="mention mention-button" onClick={() => directory.openChannel(piece.id)}>
      #{name}
    </button>
  );
}
