import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PersonView } from '../protocol';
import { AppConversation } from './app-conversation';
import { Conversation } from './conversation';
import { Dialog } from './dialog';
import { MailRoom } from './mail-room';
import { ModalStack } from './modal-stack';
import { Notices } from './notices';
import { PersonPicker } from './person-picker';
import type { Place } from './route';
import { type Shell, ShellContext } from './shell-context';
import { Sidebar } from './sidebar';
import { type Directory, DirectoryContext } from './text/text-view';
import { TopBar } from './top-bar';
import { useWorkspace, type Workspace } from './use-workspace';
import { unreadMails } from './workspace-state';

interface WorkspacePageProps {
  me: PersonView;
  people: readonly PersonView[];
  place: Place | null;
  onGo(place: Place): void;
  onBecome(id: string): void;
}

/** The workspace as one person sees it. */
export function WorkspacePage(props: WorkspacePageProps): JSX.Element {
  const { me, onGo } = props;
  const workspace = useWorkspace(me.id);
  const { state, api, notify } = workspace;
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const people = state.boot?.people ?? props.people;
  const channels = state.conversations;
  const appName = state.boot?.appName ?? 'Usher';

  const shell = useMemo((): Shell => {
    const byId = new Map(people.map((person) => [person.id, person]));
    return { api, me, appName, people, channels, notify, personOf: (id) => byId.get(id) ?? null };
  }, [api, me, appName, people, channels, notify]);
  const directory = useMemo((): Directory => {
    return {
      me: me.id,
      personName: (id) => {
        const person = people.find((other) => other.id === id);
        return person ? person.realName || person.name : null;
      },
      channelName: (id) => channels.find((channel) => channel.id === id && channel.kind === 'channel')?.name ?? null,
      openChannel: (id) => onGo({ kind: 'conversation', id }),
    };
  }, [me, people, channels, onGo]);

  const place = knownPlace(props.place, workspace);
  const go = (to: Place) => {
    setDrawerOpen(false);
    onGo(to);
  };
  const title = placeTitle(place, workspace, appName);
  useEffect(() => {
    document.title = `${title} · ${appName} · local workspace`;
  }, [title, appName]);

  const current = place?.kind === 'conversation' ? place.id : null;
  const loose = state.notices.filter((notice) => notice.conversationId === null || notice.conversationId !== current);
  const hasModal = state.stack.length > 0;
  // A modal shows what was said since it opened, not what the person has read before.
  const countAtOpening = useRef(0);
  if (!hasModal) countAtOpening.current = state.noticeCount;
  const sinceOpening = state.notices.filter((notice) => notice.id > countAtOpening.current);
  const dismiss = (id: number) => workspace.dispatch({ type: 'notice_dismissed', id });

  return (
    <ShellContext.Provider value={shell}>
      <DirectoryContext.Provider value={directory}>
        <div class={`shell ${isDrawerOpen ? 'is-drawer-open' : ''}`}>
          <TopBar
            me={me}
            appName={appName}
            teamName={state.boot?.team.name ?? ''}
            isDrawerOpen={isDrawerOpen}
            onDrawer={() => setDrawerOpen(!isDrawerOpen)}
            onChoose={() => setChoosing(true)}
          />
          <Sidebar state={state} place={place} isOpen={isDrawerOpen} onGo={go} onClose={() => setDrawerOpen(false)} />
          <main class="main" aria-label={title}>
            {state.connection === 'lost' && (
              <p class="connection-lost" role="status">
                <span class="spinner" aria-hidden="true" /> The workspace does not answer. Trying again…
              </p>
            )}
            <PlaceView place={place} workspace={workspace} onGo={go} />
          </main>
          {!hasModal && <Notices notices={loose} onDismiss={dismiss} />}
        </div>
        <ModalStack stack={state.stack} notices={<Notices notices={sinceOpening} onDismiss={dismiss} inModal />} />
        {isChoosing && (
          <Dialog class="picker-dialog" labelledBy="picker-title" onEscape={() => setChoosing(false)}>
            <header class="modal-head">
              <h2 class="dialog-title" id="picker-title">
                Who are you?
              </h2>
              <button type="button" class="button button-plain" onClick={() => setChoosing(false)}>
                Stay {me.realName || me.name}
              </button>
            </header>
            <div class="dialog-body">
              <PersonPicker
                people={people}
                current={me.id}
                level={3}
                onPick={(id) => {
                  setChoosing(false);
                  props.onBecome(id);
                }}
              />
            </div>
          </Dialog>
        )}
      </DirectoryContext.Provider>
    </ShellContext.Provider>
  );
}

function PlaceView(props: { place: Place | null; workspace: Workspace; onGo(place: Place): void }): JSX.Element {
  const { place, workspace, onGo } = props;
  if (!place) return <p class="main-wait" />;
  if (place.kind === 'mail') return <MailRoom workspace={workspace} openId={place.id} onGo={onGo} />;
  const conversation = workspace.state.conversations.find((other) => {
    return place.kind === 'home' ? other.kind === 'dm' : other.id === place.id;
  });
  if (place.kind === 'home' || conversation?.kind === 'dm') {
    const tab = place.kind === 'home' ? 'home' : 'messages';
    return <AppConversation workspace={workspace} conversation={conversation ?? null} tab={tab} onGo={onGo} />;
  }
  if (!conversation) return <p class="main-wait" />;
  return <Conversation key={conversation.id} workspace={workspace} conversation={conversation} />;
}

/** The place of the address if the person can go there, else the first channel. */
function knownPlace(place: Place | null, { state }: Workspace): Place | null {
  if (place?.kind === 'mail' || place?.kind === 'home') return place;
  if (place && (!state.boot || state.conversations.some((other) => other.id === place.id))) return place;
  const first = state.conversations.find((other) => other.kind === 'channel') ?? state.conversations[0];
  return first ? { kind: 'conversation', id: first.id } : null;
}

function placeTitle(place: Place | null, { state }: Workspace, appName: string): string {
  if (place?.kind === 'mail') {
    const unread = unreadMails(state);
    return unread > 0 ? `Mail room (${unread})` : 'Mail room';
  }
  if (place?.kind === 'home') return `${appName} Home`;
  const conversation = state.conversations.find((other) => other.id === place?.id);
  return conversation?.kind === 'channel' ? `#${conversation.name}` : (conversation?.name ?? 'Workspace');
}
