/**
 * What the local workspace's page and its server say to each other: JSON over HTTP below `/workspace/client/`, and one
 * event stream. Every call carries `X-Usher-Workspace: 1`, which no other site's page can send without a preflight, and
 * `as=USER_ID`, the person one has chosen to be. Errors are `{ error: string }` with a sentence for the person.
 * Only types stand here, and constants that both sides need.
 */

/** Path below which all routes of this protocol lie. */
export const clientPath = '/workspace/client';
/** Header that every call but the event stream and plain downloads carries. */
export const clientHeader = 'x-usher-workspace';

/** How Slack sees an account; all but `member` are refused by a careful bot. */
export type PersonKind = 'member' | 'guest' | 'single_channel_guest' | 'bot' | 'external' | 'deactivated';

/** One account of the workspace. */
export interface PersonView {
  readonly id: string;
  /** Short handle without the @. */
  readonly name: string;
  readonly realName: string;
  readonly email: string | null;
  readonly kind: PersonKind;
  /** One line about who this is in the demo, for the "who are you" picker; may be empty. */
  readonly note: string;
  readonly isThisBot: boolean;
}

/** A channel, or the direct conversation between the current person and the bot. */
export interface ConversationView {
  readonly id: string;
  readonly kind: 'channel' | 'dm';
  /** `imports` for #imports; the bot's name for a dm. */
  readonly name: string;
  readonly topic: string;
  /** ts of the newest message that the current person can see, or null. */
  readonly latest: string | null;
}

export interface FileView {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly size: number;
  /** Path on this server; a plain GET with `?as=` downloads it. */
  readonly downloadPath: string;
}

/** Block Kit objects travel as Slack's own JSON. The server has checked them against Slack's limits. */
export type SlackBlock = Readonly<Record<string, unknown>> & { readonly type: string; readonly block_id?: string };
/** A modal or Home view, as Slack's own JSON (`title`, `blocks`, `submit`, `close`, `private_metadata`, …). */
export type SlackView = Readonly<Record<string, unknown>> & {
  readonly type: 'modal' | 'home';
  readonly blocks: readonly SlackBlock[];
};

export interface MessageView {
  /** Slack time-stamp; unique in its conversation and its sort key. */
  readonly ts: string;
  readonly conversationId: string;
  /** Id of the author, always in BootView.people. */
  readonly author: string;
  /** mrkdwn, as sent; shown when there are no blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly files: readonly FileView[];
  /** Only the current person sees it ("Only visible to you"). */
  readonly ephemeral: boolean;
  readonly edited: boolean;
  /** ts of the parent when this is a reply in a thread. */
  readonly threadTs: string | null;
  /** A join/system line rather than a message. */
  readonly system: boolean;
}

/** A modal on the current person's stack. */
export interface ModalView {
  /** Slack's view id; stays the same across updates. */
  readonly id: string;
  readonly view: SlackView;
  /** Errors of the last submission, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
}

export interface MailView {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** ISO time of arrival. */
  readonly receivedAt: string;
  readonly messageId: string;
}

export interface MailBodyView extends MailView {
  readonly text: string;
  /** HTML part; show it only in a sandboxed iframe. */
  readonly html: string | null;
}

export interface CommandView {
  /** With its slash: `/users`. */
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
}

/** A file that lies ready to be dropped, shown beside the composer of the import channel. */
export interface SampleFileView {
  readonly name: string;
  readonly note: string;
  readonly size: number;
}

/** `GET /boot?as=` — everything the page needs at first. Without `as`: people only, for the picker. */
export interface BootView {
  readonly team: { readonly id: string; readonly name: string };
  /** Name of the bot's app. */
  readonly appName: string;
  readonly people: readonly PersonView[];
  readonly me: string | null;
  readonly conversations: readonly ConversationView[];
  readonly commands: readonly CommandView[];
  readonly samples: readonly SampleFileView[];
}

/** Selected option or typed value of one element, as Slack's `state.values` holds it. */
export type ElementState = Readonly<Record<string, unknown>> & { readonly type: string };
/** block_id → action_id → state. */
export type StateValues = Readonly<Record<string, Readonly<Record<string, ElementState>>>>;

/** Where an element stands. */
export type ContainerRef =
  | { readonly type: 'message'; readonly conversationId: string; readonly ts: string }
  | { readonly type: 'view'; readonly viewId: string }
  | { readonly type: 'home' };

/** `POST /messages` — an ordinary message, or a slash command when it starts with `/`. */
export interface PostMessageBody {
  readonly conversationId: string;
  readonly text: string;
  readonly threadTs?: string;
}

/** `POST /actions` — a click, or a choice in an element that sends one. `action` is Slack's action payload without
 *  `action_ts`: `type, block_id, action_id` and `value` / `selected_option` / … ; `state` is the container's state. */
export interface PostActionBody {
  readonly container: ContainerRef;
  readonly action: Readonly<Record<string, unknown>> & {
    readonly type: string;
    readonly block_id: string;
    readonly action_id: string;
  };
  readonly state: StateValues;
}

/** `POST /suggestions` — what is typed in an external select; answers `SuggestionsView`. */
export interface PostSuggestionBody {
  readonly container: ContainerRef;
  readonly blockId: string;
  readonly actionId: string;
  readonly value: string;
}
export interface OptionView {
  readonly text: { readonly type: string; readonly text: string };
  readonly value: string;
  readonly description?: { readonly type: string; readonly text: string };
}
export interface SuggestionsView {
  readonly options: readonly OptionView[];
  readonly optionGroups: readonly {
    readonly label: { readonly text: string };
    readonly options: readonly OptionView[];
  }[];
}

/** `POST /views/:id/submit` — answers 200 once the bot acknowledged; the events tell what became of the modal. A bot
 *  that did not answer in time gives 504 with the sentence Slack shows ("We had some trouble connecting…"). */
export interface SubmitViewBody {
  readonly state: StateValues;
}

/** `POST /files?as=&conversationId=&threadTs=` — multipart, field `file`; shares it in a conversation.
 *  With `conversationId` left out the file is uploaded for a `file_input` and not shared. Answers FileView.
 *  `POST /samples` `{ name, conversationId }` drops a sample. */
export interface DropSampleBody {
  readonly name: string;
  readonly conversationId: string;
}

/*
 * Further calls:
 * GET  /conversations/:id/messages?as=      → { messages: MessageView[] } oldest first, at most the newest 200
 * POST /home?as=                            → opens the App Home (sends app_home_opened); answers { view: SlackView | null }
 * POST /views/:id/close?as=  { clear: boolean } → closes one modal or the whole stack
 * GET  /views?as=                           → { stack: ModalView[] } bottom first
 * GET  /mail?as=                            → { mails: MailView[] } newest first (everybody's: a demo's mail room)
 * GET  /mail/:id?as=                        → MailBodyView
 * GET  /mail/:id/html                       → its HTML part as a document with a policy of its own (inline styles apply, nothing
 *                                             runs or loads), for an iframe's `src`; needs no header
 * GET  /events?as=                          → text/event-stream of WorkspaceEvent, one JSON object a `data:` line
 */

/** What the event stream tells the current person. */
export type WorkspaceEvent =
  | { readonly type: 'message'; readonly message: MessageView }
  | { readonly type: 'message_changed'; readonly message: MessageView }
  | { readonly type: 'message_deleted'; readonly conversationId: string; readonly ts: string }
  | { readonly type: 'modals'; readonly stack: readonly ModalView[] }
  | { readonly type: 'home'; readonly view: SlackView }
  | { readonly type: 'mail'; readonly mail: MailView }
  | { readonly type: 'conversations'; readonly conversations: readonly ConversationView[] }
  /** What Slack itself tells the person: a command that timed out, an app that did not answer. */
  | { readonly type: 'notice'; readonly conversationId: string | null; readonly text: string };
