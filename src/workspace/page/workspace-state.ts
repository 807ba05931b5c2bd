import type {
  BootView,
  ConversationView,
  MailView,
  MessageView,
  ModalView,
  SlackView,
  WorkspaceEvent,
} from '../protocol';

/** A sentence of the workspace itself to the person: a command that timed out, a file that was refused. */
export interface Notice {
  readonly id: number;
  /** Where it belongs; null shows it wherever the person is. */
  readonly conversationId: string | null;
  readonly text: string;
}

/** Everything the page knows; changed only by `reduceWorkspace`. */
export interface WorkspaceState {
  readonly boot: BootView | null;
  readonly conversations: readonly ConversationView[];
  /** By conversation; one that was not opened yet is missing. */
  readonly messages: Readonly<Record<string, readonly MessageView[]>>;
  /** undefined: not asked for yet; null: the bot has published none. */
  readonly home: SlackView | null | undefined;
  readonly stack: readonly ModalView[];
  readonly mails: readonly MailView[];
  readonly notices: readonly Notice[];
  /** How many there were so far; the newest one's id. */
  readonly noticeCount: number;
  readonly connection: 'connecting' | 'open' | 'lost';
  /** Newest ts the person has seen, by conversation. */
  readonly seen: Readonly<Record<string, string>>;
  readonly readMails: readonly string[];
}

export type WorkspaceAction =
  | {
      readonly type: 'booted';
      readonly boot: BootView;
      readonly mails: readonly MailView[];
      readonly stack: readonly ModalView[];
      /** What the page knew when it asked. */
      readonly before: WorkspaceState;
    }
  | { readonly type: 'messages_loaded'; readonly conversationId: string; readonly messages: readonly MessageView[] }
  | { readonly type: 'home_loaded'; readonly view: SlackView | null; readonly before: WorkspaceState['home'] }
  | { readonly type: 'connection'; readonly connection: WorkspaceState['connection'] }
  | { readonly type: 'event'; readonly event: WorkspaceEvent }
  | { readonly type: 'notice_dismissed'; readonly id: number }
  /** The person went elsewhere, or does the next thing: what was said there is old. */
  | { readonly type: 'notices_past'; readonly conversationId: string }
  | { readonly type: 'seen'; readonly conversationId: string; readonly ts: string }
  | { readonly type: 'mail_read'; readonly id: string };

export function emptyWorkspace(seen: Readonly<Record<string, string>>, readMails: readonly string[]): WorkspaceState {
  return {
    boot: null,
    conversations: [],
    messages: {},
    home: undefined,
    stack: [],
    mails: [],
    notices: [],
    noticeCount: 0,
    connection: 'connecting',
    seen,
    readMails,
  };
}

export function reduceWorkspace(state: WorkspaceState, action: WorkspaceAction): WorkspaceState {
  switch (action.type) {
    case 'booted':
      return reduceBooted(state, action);
    case 'messages_loaded': {
      // An event may have overtaken the answer: what is newer than its end stays.
      const known = state.messages[action.conversationId] ?? [];
      const end = action.messages.at(-1)?.ts ?? '';
      const merged = known.filter((message) => message.ephemeral || message.ts > end).reduce(upsert, action.messages);
      return { ...state, messages: { ...state.messages, [action.conversationId]: merged } };
    }
    case 'home_loaded':
      // The bot publishes while this call is answered: what an event brought meanwhile is newer.
      return state.home === action.before ? { ...state, home: action.view ?? state.home ?? null } : state;
    case 'connection':
      return { ...state, connection: action.connection };
    case 'notice_dismissed':
      return { ...state, notices: state.notices.filter((notice) => notice.id !== action.id) };
    case 'notices_past': {
      const notices = state.notices.filter((notice) => notice.conversationId !== action.conversationId);
      return notices.length === state.notices.length ? state : { ...state, notices };
    }
    case 'seen': {
      if ((state.seen[action.conversationId] ?? '') >= action.ts) return state;
      return { ...state, seen: { ...state.seen, [action.conversationId]: action.ts } };
    }
    case 'mail_read':
      if (state.readMails.includes(action.id)) return state;
      return { ...state, readMails: [...state.readMails, action.id].slice(-500) };
    case 'event':
      return reduceEvent(state, action.event);
  }
}

/** Answers to what was asked at the start or after a break; events that overtook them are newer and stay. */
function reduceBooted(
  state: WorkspaceState,
  { boot, mails, stack, before }: Extract<WorkspaceAction, { type: 'booted' }>,
): WorkspaceState {
  const listed = new Set(mails.map((mail) => mail.id));
  const arrived = state.mails.filter((mail) => !before.mails.includes(mail) && !listed.has(mail.id));
  return {
    ...state,
    boot,
    conversations: state.conversations === before.conversations ? boot.conversations : state.conversations,
    mails: [...arrived, ...mails],
    stack: state.stack === before.stack ? stack : state.stack,
  };
}

function reduceEvent(state: WorkspaceState, event: WorkspaceEvent): WorkspaceState {
  switch (event.type) {
    case 'message':
    case 'message_changed': {
      const { message } = event;
      const conversations = state.conversations.map((conversation) => {
        const isNewer = conversation.id === message.conversationId && message.ts > (conversation.latest ?? '');
        return isNewer ? { ...conversation, latest: message.ts } : conversation;
      });
      return withMessages({ ...state, conversations }, message.conversationId, (known) => upsert(known, message));
    }
    case 'message_deleted':
      return withMessages(state, event.conversationId, (known) => known.filter((message) => message.ts !== event.ts));
    case 'modals':
      return { ...state, stack: event.stack };
    case 'home':
      return { ...state, home: event.view };
    case 'mail':
      return { ...state, mails: [event.mail, ...state.mails.filter((mail) => mail.id !== event.mail.id)] };
    case 'conversations':
      return { ...state, conversations: event.conversations };
    case 'notice': {
      const id = state.noticeCount + 1;
      const notice = { id, conversationId: event.conversationId, text: event.text };
      return { ...state, noticeCount: id, notices: [...state.notices, notice].slice(-5) };
    }
  }
}

function withMessages(
  state: WorkspaceState,
  conversationId: string,
  change: (known: readonly MessageView[]) => readonly MessageView[],
): WorkspaceState {
  const known = state.messages[conversationId];
  if (!known) return state;
  return { ...state, messages: { ...state.messages, [conversationId]: change(known) } };
}

function upsert(known: readonly MessageView[], message: MessageView): readonly MessageView[] {
  const others = known.filter((other) => other.ts !== message.ts);
  const after = others.findIndex((other) => other.ts > message.ts);
  return after < 0 ? [...others, message] : [...others.slice(0, after), message, ...others.slice(after)];
}

/** Conversations with something newer than the person has seen. */
export function isUnread(state: WorkspaceState, conversation: ConversationView): boolean {
  return conversation.latest !== null && conversation.latest > (state.seen[conversation.id] ?? '');
}

export function unreadMails(state: WorkspaceState): number {
  const read = new Set(state.readMails);
  return state.mails.filter((mail) => !read.has(mail.id)).length;
}
