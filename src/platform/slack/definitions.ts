import type { ViewStateValue } from '@slack/bolt';
import type { Option } from '@slack/types';
import type { Actor, Context } from '../context';
import type { HomeView, ModalView, SlackMessage } from './blocks';
import type { CommandLine } from './command-text';
import type { SlackGateway } from './gateway';

/** A Slack account that may act, and the user behind it; `user` is null when the account names nobody here. */
export interface Caller {
  readonly teamId: string;
  readonly slackUserId: string;
  readonly email: string;
  readonly user: {
    readonly id: number;
    readonly isActiveAdmin: boolean;
    readonly actor: Extract<Actor, { kind: 'user' }>;
  } | null;
}

/** What every handler gets beside its context. */
interface Call {
  readonly caller: Caller;
  readonly slack: SlackGateway;
  /** Where it happened; null on the App Home and in modals. */
  readonly conversationId: string | null;
  /** Once for each command, click or submission; makes a repeat harmless. */
  readonly requestId: string;
  /** Aborts when Usher is told to end: whatever takes long says so and leaves off. */
  readonly stopping: AbortSignal;
  /** Says something that only the caller sees: beside the command or click, or in their DM with the bot. */
  reply(message: SlackMessage): Promise<void>;
}

export interface CommandCall extends Call {
  readonly line: CommandLine;
  /** Set when the verb's `opensModal` named a title: puts the view in place of "Loading…". */
  showModal(view: ModalView): Promise<void>;
}

export interface ActionCall extends Call {
  readonly actionId: string;
  /** A button's value, or the value of the chosen option. */
  readonly value: string;
  /** The message that holds the element, when it is one. */
  readonly messageTs: string | null;
  /** Slack's state of the container's inputs. */
  readonly values: ViewValues;
  readonly view: { readonly id: string; readonly metadata: unknown } | null;
  /** Puts this in place of the ephemeral or own message that was clicked. */
  replace(message: SlackMessage): Promise<void>;
  showModal(view: ModalView): Promise<void>;
}

/** block_id → action_id → state. */
export type ViewValues = Readonly<Record<string, Readonly<Record<string, ViewStateValue>>>>;

export interface SubmissionCall extends Call {
  readonly values: ViewValues;
  readonly viewId: string;
  readonly metadata: unknown;
}

/** `admin`: an active admin, read anew for each request. `anyone`: any ordinary member of the workspace. */
export type Access = 'admin' | 'anyone';

/** One verb of a slash command. */
export interface Verb {
  readonly command: '/users' | '/usher' | '/sessions';
  /** Empty for the bare command. */
  readonly verb: string;
  readonly access: Access;
  /** For the bare command: it takes text, so that a line whose first word is no verb is for it, in `line.whole`. */
  readonly takesText?: true;
  /** What follows the verb: `EMAIL`, `[emails…] [project:NAME]`. */
  readonly usage: string;
  readonly summary: string;
  /** One real example, complete. */
  readonly example: string;
  /** Names of the options it takes; others are refused with "did you mean". */
  readonly options: readonly string[];
  /** The title of a modal that this line opens, or null: then the answer is a message. */
  opensModal?(line: CommandLine): string | null;
  handle(ctx: Context, call: CommandCall): Promise<void>;
}

/** A button, menu or select. */
export interface Action {
  /** The action_id, or its beginning where it ends with `:` and something of its own. */
  readonly id: string;
  readonly access: Access;
  /** The title of the modal that a click opens; depends on the value where a menu has several entries. */
  opensModal?(value: string): string | null;
  handle(ctx: Context, call: ActionCall): Promise<void>;
}

/** A modal's submission. */
export interface Submission {
  readonly callbackId: string;
  readonly access: Access;
  /** What is wrong with the values as they stand, by block_id: said at once, without the database. */
  check?(values: ViewValues): Readonly<Record<string, string>> | null;
  /** Does it and returns what the modal shows then. `errors` puts the form back with these under its inputs. */
  handle(
    ctx: Context,
    call: SubmissionCall,
  ): Promise<ModalView | { readonly errors: Readonly<Record<string, string>>; readonly view: ModalView }>;
}

/** Choices of an external select while somebody types. */
export interface Suggestions {
  readonly actionId: string;
  readonly access: Access;
  /** @param metadata of the modal that holds the select, to be checked like every value from Slack; null elsewhere */
  suggest(ctx: Context, typed: string, metadata: unknown): Promise<readonly Option[]>;
}

export interface SharedFile {
  readonly fileId: string;
  readonly conversationId: string;
  readonly uploader: Caller;
}

/**
 * Reads what several Homes show alike: once for all that are drawn in one round, under a name of the reader's choice. Whom
 * it is for is not part of it, so the caller's privilege is checked before.
 */
export type ReadOnce = <Facts>(name: string, read: () => Promise<Facts>) => Promise<Facts>;

/** What a feature does in Slack. */
export interface SlackEdge {
  readonly verbs?: readonly Verb[];
  readonly actions?: readonly Action[];
  readonly submissions?: readonly Submission[];
  readonly suggestions?: readonly Suggestions[];
  /** Whether files that are shared there are for Usher; all others are left alone. */
  takesFilesFrom?(ctx: Context, conversationId: string): boolean;
  /** A file was shared there, by an account that may act; at most once for each event. */
  fileShared?(ctx: Context, slack: SlackGateway, file: SharedFile): Promise<void>;
  /** What the App Home shows this caller. What several people see alike is read through `once`. */
  home?(ctx: Context, caller: Caller, once: ReadOnce): Promise<HomeView>;
}
