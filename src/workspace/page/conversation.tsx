import type { JSX } from 'preact';
import type { ConversationView } from '../protocol';
import { ConversationBody } from './conversation-body';
import { Icon } from './icon';
import type { Workspace } from './use-workspace';

/** A channel. */
export function Conversation(props: { workspace: Workspace; conversation: ConversationView }): JSX.Element {
  const { conversation } = props;
  return (
    <div class="conversation">
      <header class="place-head">
        <h2 class="place-name">
          <Icon name="hash" />
          <span class="ellipsis">{conversation.name}</span>
        </h2>
        {conversation.topic !== '' && <p class="place-topic ellipsis">{conversation.topic}</p>}
      </header>
      <ConversationBody workspace={props.workspace} conversation={conversation} />
    </div>
  );
}
