import type { Clock } from '../lib/clock';
import type { PersonKind } from './protocol';

/** Another Slack organisation, for people who come in through a shared channel. */
export interface TeamSeed {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly enterprise?: { readonly id: string; readonly name: string };
}

export interface PersonSeed {
  /** Handle without the @; unique, and what tests and the URL of the page call the person by. */
  readonly name: string;
  readonly realName: string;
  readonly email?: string | null;
  /** `member` unless told. */
  readonly kind?: PersonKind;
  /** One line for the "who are you" picker. */
  readonly note?: string;
  /** Slack's own workspace admin flag; says nothing about rights in the app. */
  readonly isWorkspaceAdmin?: boolean;
  /** Only for `external` people; made up where missing. */
  readonly team?: TeamSeed;
  readonly timeZone?: string;
  /** Derived from the name where missing, so that it stays the same after a restart. */
  readonly id?: string;
}

export interface ChannelSeed {
  /** Without the #. */
  readonly name: string;
  readonly topic?: string;
  readonly isPrivate?: boolean;
  /** Handles; every ordinary member where missing. */
  readonly members?: readonly string[];
  /** True unless told. */
  readonly botIsMember?: boolean;
  readonly id?: string;
}

/** A file that lies ready to be dropped in a channel. */
export interface SampleFile {
  readonly name: string;
  readonly note?: string;
  readonly mimetype?: string;
  readonly bytes: Buffer;
}

export interface WorkspaceOptions {
  readonly people: readonly PersonSeed[];
  readonly channels: readonly ChannelSeed[];
  /** Parsed `manifest.yml`: its commands, scopes and events decide what exists, what is allowed and what is sent. */
  readonly manifest: unknown;
  readonly samples?: readonly SampleFile[];
  readonly team?: TeamSeed;
  readonly appId?: string;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Where the app takes commands, interactions and events; can be set later. */
  readonly requestUrl?: string;
  /** Deliver over the app's web socket instead of signed HTTP. False unless told, whatever the manifest says. */
  readonly socketMode?: boolean;
  readonly clock?: Clock;
  /** Enforce Slack's tiers and one post a second a channel. */
  readonly rateLimits?: boolean;
  /** Scale of the waits before an event is sent again (at once, 1 min, 5 min); 1 unless told. */
  readonly retryDelayScale?: number;
  /** How long the app has to acknowledge; Slack's 3000 unless told. */
  readonly ackTimeoutMs?: number;
  /** How long after an upload a file turns up in its conversation; 20 unless told. */
  readonly shareDelayMs?: number;
  /** Largest file a person or the app may upload; 32 MB unless told. */
  readonly maxFileBytes?: number;
  /** Where page.js and page.css lie; `dist/page` of this project unless told. */
  readonly pageDirectory?: string;
}
