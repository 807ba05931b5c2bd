import type { ComponentChildren, JSX } from 'preact';
import type { MessageView } from '../protocol';
import { Avatar } from './avatar';
import { BlockContainer } from './blocks/block-container';
import { FileCard } from './file-card';
import { Icon } from './icon';
import { memo } from './memo';
import { clockTime, dateOfTs, longTime } from './message-time';
import { nameOf } from './person-look';
import { useShell } from './shell-context';
import { MrkdwnView } from './text/text-view';

interface MessageItemProps {
  message: MessageView;
  continues: boolean;
  /** Shown when a pointer or the focus is on it. */
  children?: ComponentChildren;
}

/** One message: who, when, what, and its files. */
export function MessageItem({ message, continues, children }: MessageItemProps): JSX.Element {
  const shell = useShell();
  const author = shell.personOf(message.author);
  const name = nameOf(author);
  const isApp = author?.kind === 'bot' || author?.isThisBot === true;
  if (message.system) return <SystemLine message={message} name={name} />;
  return (
    <article
      class={`message ${continues ? 'is-continued' : ''} ${message.ephemeral ? 'is-ephemeral' : ''}`}
      data-ts={message.ts}
      data-ephemeral={message.ephemeral || undefined}
      aria-label={`${name}, ${clockTime(dateOfTs(message.ts))}${message.ephemeral ? ', only visible to you' : ''}`}
    >
      <div class="message-gutter">{continues ? <MessageTime ts={message.ts} short /> : <Avatar person={author} />}</div>
      <div class="message-main">
        {message.ephemeral && (
          <p class="message-ephemeral">
            <Icon name="eye" /> Only visible to you
          </p>
        )}
        {!continues && (
          <p class="message-head">
            <span class="message-author">{name}</span>
            {isApp && <span class="tag tag-app">APP</span>}
            <MessageTime ts={message.ts} />
          </p>
        )}
        <MessageBody message={message} />
      </div>
      {children}
    </article>
  );
}

function MessageTime({ ts, short = false }: { ts: string; short?: boolean }): JSX.Element {
  const at = dateOfTs(ts);
  const text = clockTime(at);
  return (
    <time class="message-time" dateTime={at.toISOString()} title={longTime(at)}>
      {short ? text.replace(/\s?[AP]M$/, '') : text}
    </time>
  );
}

/** What is said; it is drawn anew only when the message changed, not for every key stroke beside it. */
const MessageBody = memo(function MessageBody({ message }: { message: MessageView }): JSX.Element {
  return (
    <>
      {message.blocks.length > 0 ? (
        <BlockContainer
          domId={`message-${message.conversationId}-${message.ts}`}
          container={{ type: 'message', conversationId: message.conversationId, ts: message.ts }}
          blocks={message.blocks}
        />
      ) : (
        message.text !== '' && (
          <div class="message-text">
            <MrkdwnView text={message.text} />
          </div>
        )
      )}
      {message.edited && <span class="message-edited"> (edited)</span>}
      {message.files.length > 0 && (
        <div class="file-cards">
          {message.files.map((file) => (
            <FileCard key={file.id} file={file} />
          ))}
        </div>
      )}
    </>
  );
});

function SystemLine({ message, name }: { message: MessageView; name: string }): JSX.Element {
  return (
    <article
      class="message message-system"
      data-ts={message.ts}
      aria-label={`${name}, ${clockTime(dateOfTs(message.ts))}`}
    >
      <div class="message-gutter" />
      <div class="message-main">
        <MrkdwnView text={message.text} /> <MessageTime ts={message.ts} />
      </div>
    </article>
  );
}
