import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ConversationView } from '../protocol';
import { AppHome } from './app-home';
import { Avatar } from './avatar';
import { ConversationBody } from './conversation-body';
import type { Place } from './route';
import { useShell } from './shell-context';
import type { Workspace } from './use-workspace';

interface AppConversationProps {
  workspace: Workspace;
  conversation: ConversationView | null;
  tab: 'home' | 'messages';
  onGo(place: Place): void;
}

/** The bot: its Home tab and the direct conversation with it. */
export function AppConversation({ workspace, conversation, tab, onGo }: AppConversationProps): JSX.Element {
  const shell = useShell();
  const bot = shell.people.find((person) => person.isThisBot) ?? null;
  const list = useRef<HTMLDivElement>(null);
  const choose = (next: 'home' | 'messages') => {
    if (next === 'home') onGo({ kind: 'home' });
    else if (conversation) onGo({ kind: 'conversation', id: conversation.id });
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    choose(tab === 'home' ? 'messages' : 'home');
  };
  const tabButton = (name: 'home' | 'messages', text: string) => (
    <button
      type="button"
      role="tab"
      id={`tab-${name}`}
      class="tab"
      aria-selected={tab === name}
      aria-controls={tab === name ? 'tab-panel' : undefined}
      tabIndex={tab === name ? 0 : -1}
      onClick={() => choose(name)}
    >
      {text}
    </button>
  );
  return (
    <div class="conversation">
      <header class="place-head place-head-app">
        <h2 class="place-name">
          <Avatar person={bot} size="small" />
          <span class="ellipsis">{conversation?.name ?? shell.appName}</span>
          <span class="tag tag-app">APP</span>
        </h2>
        <div ref={list} class="tabs" role="tablist" aria-label={shell.appName} onKeyDown={onKeyDown}>
          {tabButton('home', 'Home')}
          {tabButton('messages', 'Messages')}
        </div>
      </header>
      <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'home' ? (
          <AppHome workspace={workspace} />
        ) : (
          conversation && <ConversationBody key={conversation.id} workspace={workspace} conversation={conversation} />
        )}
      </div>
    </div>
  );
}
