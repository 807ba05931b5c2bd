import type { Clock } from '../lib/clock';
import type { Bus } from './bus';
import type { Conversations } from './conversations';
import type { Courier } from './deliveries/courier';
import type { DeliveryLog } from './deliveries/delivery-log';
import type { Files } from './files';
import type { MailRoom } from './mail-room';
import type { Manifest } from './manifest';
import type { SampleFile, TeamSeed } from './options';
import type { People } from './people';
import type { RateLimits } from './rate-limits';
import type { ResponseUrls } from './response-urls';
import type { Triggers } from './triggers';
import type { Views } from './views';
import type { Work } from './work';

/** The app that is installed in the workspace, and its secrets. */
export interface InstalledApp {
  readonly id: string;
  readonly botId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Slack's old `token` field of payloads; nobody should go by it. */
  readonly verificationToken: string;
}

/** All that a workspace is made of; first argument of whatever happens in it. */
export interface Core {
  readonly team: TeamSeed;
  readonly app: InstalledApp;
  readonly manifest: Manifest;
  readonly clock: Clock;
  readonly people: People;
  readonly conversations: Conversations;
  readonly files: Files;
  readonly views: Views;
  readonly mailRoom: MailRoom;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  /** Null where they are switched off. */
  readonly rateLimits: RateLimits | null;
  readonly samples: readonly SampleFile[];
  readonly bus: Bus;
  readonly work: Work;
  readonly courier: Courier;
  readonly log: DeliveryLog;
  readonly shareDelayMs: number;
  readonly maxFileBytes: number;
  nextTimestamp(): string;
  /** Where this workspace is reached: `http://127.0.0.1:3000`. */
  origin(): string;
  /** Path and query of a fresh Socket Mode address, or null where the app does not use it. */
  socketPath(): string | null;
}
