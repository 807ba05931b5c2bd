import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConversationView } from '../protocol';
import { Composer } from './composer';
import { DropZone } from './drop-zone';
import { Icon } from './icon';
import { MessageList } from './message-list';
import type { Workspace } from './use-workspace';

/** Messages and composer; a file may be dropped anywhere on it. */
export function ConversationBody(props: { workspace: Workspace; conversation: ConversationView }): JSX.Element {
  const { workspace, conversation } = props;
  const { state, dispatch, loadMessages } = workspace;
  const messages = state.messages[conversation.id];
  const [files, setFiles] = useState<readonly File[]>([]);
  const seenAtOpening = useRef(state.seen[conversation.id] ?? null);
  const name = conversation.kind === 'channel' ? `#${conversation.name}` : conversation.name;

  useEffect(() => void loadMessages(conversation.id), [conversation.id, loadMessages]);

  // What was said here is not carried along to another place.
  useEffect(
    () => () => dispatch({ type: 'notices_past', conversationId: conversation.id }),
    [conversation.id, dispatch],
  );

  const latest = messages?.at(-1)?.ts;
  const markSeen = () => {
    const ts = [latest, conversation.latest]
      .filter((each) => typeof each === 'string')
      .sort()
      .at(-1);
    if (ts !== undefined && document.visibilityState === 'visible') {
      dispatch({ type: 'seen', conversationId: conversation.id, ts });
    }
  };
  useEffect(() => {
    markSeen();
    document.addEventListener('visibilitychange', markSeen);
    return () => document.removeEventListener('visibilitychange', markSeen);
  }, [latest, conversation.latest, conversation.id]);

  const notices = state.notices.filter((notice) => notice.conversationId === conversation.id);
  return (
    <DropZone name={name} onFiles={(dropped) => setFiles([...files, ...dropped])}>
      <MessageList
        conversation={conversation}
        name={name}
        messages={messages}
        seenAtOpening={seenAtOpening.current}
        workspace={workspace}
      />
      <div class="conversation-notices" role="alert">
        {notices.map((notice) => (
          <p key={notice.id} class="conversation-notice">
            <Icon name="warning" />
            <span class="notice-text">{notice.text}</span>
            <button
              type="button"
              class="icon-button"
              aria-label="Dismiss this notice"
              onClick={() => dispatch({ type: 'notice_dismissed', id: notice.id })}
            >
              <Icon name="close" />
            </button>
          </p>
        ))}
      </div>
      <Composer
        workspace={workspace}
        conversation={conversation}
        label={`Message ${name}`}
        files={files}
        onFiles={setFiles}
      />
    </DropZone>
  );
}
