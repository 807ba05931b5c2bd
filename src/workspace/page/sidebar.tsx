import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ConversationView } from '../protocol';
import { Avatar } from './avatar';
import { Icon } from './icon';
import type { Place } from './route';
import { useShell } from './shell-context';
import { isUnread, unreadMails, type WorkspaceState } from './workspace-state';

interface SidebarProps {
  state: WorkspaceState;
  place: Place | null;
  /** Only on narrow screens, where it is a drawer. */
  isOpen: boolean;
  onGo(place: Place): void;
  onClose(): void;
}

/** Channels, the bot, and the mail room. */
export function Sidebar({ state, place, isOpen, onGo, onClose }: SidebarProps): JSX.Element {
  const shell = useShell();
  const bot = shell.people.find((person) => person.isThisBot) ?? null;
  const channels = state.conversations.filter((conversation) => conversation.kind === 'channel');
  const direct = state.conversations.filter((conversation) => conversation.kind === 'dm');
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOpen) nav.current?.querySelector<HTMLElement>('[aria-current], .side-item')?.focus();
  }, [isOpen]);
  const isHere = (conversation: ConversationView) =>
    (place?.kind === 'conversation' && place.id === conversation.id) ||
    (place?.kind === 'home' && conversation.kind === 'dm');
  const unread = unreadMails(state);

  return (
    <>
      <nav
        ref={nav}
        class="sidebar"
        id="sidebar"
        aria-label="Workspace"
        onKeyDown={(event) => event.key === 'Escape' && isOpen && onClose()}
      >
        {state.boot && (
          <>
            <h2 class="side-heading" id="side-channels">
              Channels
            </h2>
            <ul class="side-list" aria-labelledby="side-channels">
              {channels.map((channel) => (
                <li key={channel.id}>
                  <SideItem
                    isHere={isHere(channel)}
                    isUnread={isUnread(state, channel) && !isHere(channel)}
                    onClick={() => onGo({ kind: 'conversation', id: channel.id })}
                  >
                    <Icon name="hash" />
                    <span class="ellipsis">{channel.name}</span>
                  </SideItem>
                </li>
              ))}
            </ul>
            <h2 class="side-heading" id="side-apps">
              Apps
            </h2>
            <ul class="side-list" aria-labelledby="side-apps">
              {direct.map((conversation) => (
                <li key={conversation.id}>
                  <SideItem
                    isHere={isHere(conversation)}
                    isUnread={isUnread(state, conversation) && !isHere(conversation)}
                    onClick={() => onGo({ kind: 'conversation', id: conversation.id })}
                  >
                    <Avatar person={bot} size="small" />
                    <span class="ellipsis">{conversation.name}</span>
                  </SideItem>
                </li>
              ))}
            </ul>
            <h2 class="side-heading" id="side-demo">
              Outside Slack
            </h2>
            <ul class="side-list" aria-labelledby="side-demo">
              <li>
                <SideItem
                  isHere={place?.kind === 'mail'}
                  isUnread={unread > 0}
                  onClick={() => onGo({ kind: 'mail', id: null })}
                >
                  <Icon name="mail" />
                  <span class="ellipsis">Mail room</span>
                  {unread > 0 && (
                    <span class="badge">
                      {unread > 99 ? '99+' : unread}
                      <span class="sr-only"> unread</span>
                    </span>
                  )}
                </SideItem>
              </li>
            </ul>
          </>
        )}
        <p class="side-note">
          The real bot, a stand-in Slack. Nothing here leaves this computer; mails are kept in the mail room.
        </p>
      </nav>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the menu button and Escape close it too */}
      <div class="drawer-shade" onClick={onClose} />
    </>
  );
}

function SideItem(props: {
  isHere: boolean;
  isUnread: boolean;
  onClick(): void;
  children: JSX.Element | (JSX.Element | false)[];
}): JSX.Element {
  return (
    <button
      type="button"
      class={`side-item ${props.isUnread ? 'is-unread' : ''}`}
      aria-current={props.isHere ? 'page' : undefined}
      onClick={props.onClick}
    >
      {props.children}
      {props.isUnread && <span class="sr-only"> (new)</span>}
    </button>
  );
}
