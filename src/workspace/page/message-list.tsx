import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ConversationView, MessageView } from '../protocol';
import { Icon } from './icon';
import { MessageItem } from './message-item';
import { type MessageRow, messageRows } from './message-rows';
import { dateOfTs, dayName } from './message-time';
import { nameOf } from './person-look';
import { useShell } from './shell-context';
import { plainText } from './text/inline';
import { parseMrkdwnLine } from './text/mrkdwn';
import { dateReader } from './text/text-view';
import { Thread } from './thread';
import type { Workspace } from './use-workspace';

interface MessageListProps {
  conversation: ConversationView;
  name: string;
  /** undefined while they are being fetched. */
  messages: readonly MessageView[] | undefined;
  seenAtOpening: string | null;
  workspace: Workspace;
}

const nearBottom = 60;

/** All messages, following the newest one as long as the reader is at the end. */
export function MessageList({ conversation, name, messages, seenAtOpening, workspace }: MessageListProps): JSX.Element {
  const shell = useShell();
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const [hasNewBelow, setNewBelow] = useState(false);
  const [replyingTo, setReplyingTo] = useState<string | null>(null);
  const rows = useMemo(
    () => messageRows(messages ?? [], seenAtOpening, shell.me.id),
    [messages, seenAtOpening, shell.me.id],
  );

  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    // Whatever makes the content or the frame another height (a message, an image, the composer) keeps the end in sight.
    const keep = new ResizeObserver(() => follows.current && toEnd());
    if (content.current) keep.observe(content.current);
    if (scroller.current) keep.observe(scroller.current);
    return () => keep.disconnect();
  }, []);

  const newest = messages?.at(-1);
  useEffect(() => {
    if (!newest) return;
    if (newest.author === shell.me.id) {
      follows.current = true;
      toEnd();
    } else if (!follows.current) setNewBelow(true);
  }, [newest?.ts, newest?.author, shell.me.id]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const isNearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearBottom;
    // Content that grew meanwhile moves the end away; only a reader who goes up stops following it.
    if (isNearEnd) follows.current = true;
    else if (element.scrollTop < lastTop.current) follows.current = false;
    lastTop.current = element.scrollTop;
    if (isNearEnd) setNewBelow(false);
  };

  return (
    <div class="message-list-frame">
      <section
        ref={scroller}
        class="message-list"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys
        tabIndex={0}
        aria-label={`Messages in ${name}`}
        onScroll={onScroll}
      >
        <div ref={content} class="message-list-content">
          {messages !== undefined && <Beginning conversation={conversation} name={name} isEmpty={rows.length === 0} />}
          <ol class="rows" aria-busy={messages === undefined}>
            {rows.map((row) => (
              <Row
                key={row.message.ts}
                row={row}
                isReplying={replyingTo === row.message.ts}
                workspace={workspace}
                onReply={setReplyingTo}
              />
            ))}
          </ol>
        </div>
      </section>
      {hasNewBelow && (
        <button
          type="button"
          class="new-messages"
          onClick={() => {
            follows.current = true;
            toEnd();
            setNewBelow(false);
          }}
        >
          New messages <Icon name="chevron" />
        </button>
      )}
      <Announcer message={newest} />
    </div>
  );
}

interface RowProps {
  row: MessageRow;
  isReplying: boolean;
  workspace: Workspace;
  onReply(ts: string | null): void;
}

function Row({ row, isReplying, workspace, onReply }: RowProps): JSX.Element {
  const { message, replies } = row;
  const canReply = !message.system && !message.ephemeral;
  return (
    <li class="row">
      {row.startsDay && (
        <div class="day">
          <h3 class="day-name">{dayName(dateOfTs(message.ts))}</h3>
        </div>
      )}
      {row.startsNew && (
        <div class="new-line">
          <span>New</span>
        </div>
      )}
      <MessageItem message={message} continues={row.continues}>
        {canReply && (
          <div class="message-tools">
            <button
              type="button"
              class="icon-button"
              aria-label="Reply in thread"
              title="Reply in thread"
              onClick={() => onReply(message.ts)}
            >
              <Icon name="reply" />
            </button>
          </div>
        )}
      </MessageItem>
      <Thread
        parent={message}
        replies={replies}
        isReplying={isReplying}
        workspace={workspace}
        onReply={(isOn) => onReply(isOn ? message.ts : null)}
      />
    </li>
  );
}

function Beginning(props: { conversation: ConversationView; name: string; isEmpty: boolean }): JSX.Element {
  const { conversation } = props;
  const isDm = conversation.kind === 'dm';
  return (
    <div class="beginning">
      <p class="beginning-title">{isDm ? conversation.name : props.name}</p>
      <p class="beginning-text">
        {isDm
          ? `This is your direct conversation with ${conversation.name}.`
          : `This is the very beginning of ${props.name}.`}{' '}
        Type <kbd>/</kbd> for commands, or drop a spreadsheet.
      </p>
    </div>
  );
}

/** Says new messages aloud, once each, and nothing when a conversation is opened. */
function Announcer({ message }: { message: MessageView | undefined }): JSX.Element {
  const shell = useShell();
  const first = useRef<string | null>(null);
  if (message && first.current === null) first.current = message.ts;
  const isNew = message !== undefined && message.ts > (first.current ?? '') && message.author !== shell.me.id;
  const said = isNew ? plainText(parseMrkdwnLine(message.text.slice(0, 300), { reader: dateReader() })) : '';
  return (
    <div class="sr-only" role="status" aria-live="polite">
      {isNew ? `${nameOf(shell.personOf(message.author))}: ${said}` : ''}
    </div>
  );
}
