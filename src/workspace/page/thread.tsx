import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessageView } from '../protocol';
import { sentenceOf } from './api';
import { MessageItem } from './message-item';
import type { Workspace } from './use-workspace';

interface ThreadProps {
  parent: MessageView;
  replies: readonly MessageView[];
  isReplying: boolean;
  workspace: Workspace;
  onReply(isOn: boolean): void;
}

/** Replies, indented below their parent, and the line to write one. */
export function Thread({ parent, replies, isReplying, workspace, onReply }: ThreadProps): JSX.Element | null {
  if (replies.length === 0 && !isReplying) return null;
  const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
  return (
    <div class="thread">
      {replies.length > 0 && <p class="thread-count">{count}</p>}
      <ol class="rows" aria-label={`Thread, ${count}`}>
        {replies.map((reply, index) => (
          <li key={reply.ts}>
            <MessageItem message={reply} continues={replies[index - 1]?.author === reply.author && !reply.ephemeral} />
          </li>
        ))}
      </ol>
      {isReplying ? (
        <ReplyLine parent={parent} workspace={workspace} onDone={() => onReply(false)} />
      ) : (
        <button type="button" class="thread-reply" onClick={() => onReply(true)}>
          Reply…
        </button>
      )}
    </div>
  );
}

function ReplyLine(props: { parent: MessageView; workspace: Workspace; onDone(): void }): JSX.Element {
  const { parent, workspace, onDone } = props;
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const send = async () => {
    if (text.trim() === '') return;
    setText('');
    try {
      await workspace.api.post({ conversationId: parent.conversationId, text, threadTs: parent.ts });
    } catch (error) {
      setText((typed) => (typed === '' ? text : typed));
      workspace.notify(sentenceOf(error), parent.conversationId);
    }
  };
  return (
    <form
      class="reply-line"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <input
        ref={input}
        class="text-input"
        aria-label="Reply in thread"
        placeholder="Reply…"
        autocomplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <button type="submit" class="button button-primary" disabled={text.trim() === ''}>
        Send
      </button>
      <button type="button" class="button button-plain" onClick={onDone}>
        Close
      </button>
    </form>
  );
}
