import { basename, dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { type Config, localSecret } from './config';
import { approvalEndedChat } from './features/approvals/approvals.commands';
import { authChangedMail } from './features/auth-changes/auth-changed.mail';
import { resetMail } from './features/credentials/credentials.mail';
import { digestChat } from './features/digest/digest.chat';
import { importFinishedMail } from './features/imports/import-finished.mail';
import { inviteReminderChat, invitesExpiredChat } from './features/invites/invites.chat';
import { invitationMail, reminderMail } from './features/invites/invites.mail';
import { seatsWarningChat } from './features/licences/licences.chat';
import { offboardingChat } from './features/offboarding/offboarding.chat';
import { createTouches } from './features/sessions/touches.service';
import type { Clock } from './lib/clock';
import type { Actor, Context } from './platform/context';
import { openDatabase } from './platform/db/database';
import { mailDeadChat } from './platform/mail/dead-chat';
import type { Delivery } from './platform/mail/delivery.types';
import { createSmtpCarrier } from './platform/mail/smtp';
import type { Announce } from './platform/news';

/** The project's folder, whether this runs from `src` or from `dist/src`. */
export const projectFolder = basename(dirname(__dirname)) === 'dist' ? join(__dirname, '../..') : join(__dirname, '..');

/** Settings with a secret: where none is set, the one that the local workspace made for itself. */
export function withSecret(config: Config): Config {
  return { ...config, appSecret: config.appSecret || localSecret(join(projectFolder, 'data/app-secret')) };
}

/** The words of everything that leaves through the outbox. */
const templates: Delivery['templates'] = [
  invitationMail,
  reminderMail,
  resetMail,
  authChangedMail,
  importFinishedMail,
  inviteReminderChat,
  offboardingChat,
  invitesExpiredChat,
  seatsWarningChat,
  digestChat,
  mailDeadChat,
  approvalEndedChat,
];

/** What the program that opens the site brings along. */
export interface SiteOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly actor: Actor;
  readonly announce: Announce;
  /** Where mail goes instead of SMTP_URL. */
  readonly sendMail?: Delivery['sendMail'] | undefined;
  readonly postChat: Delivery['postChat'];
}

export interface Site {
  readonly ctx: Context;
  /** Writes what is only in memory, and lets the connections to the mail server and the database go. */
  close(): Promise<void>;
}

/** Opens the site that the settings name, the same way for the server and for the command line. Connects when needed. */
export function openSite(config: Config, options: SiteOptions): Site {
  const { log, clock, actor, announce, sendMail, postChat } = options;
  const db = openDatabase(config.databaseUrl);
  const touches = createTouches({ db, log });
  const smtp =
    sendMail === undefined && config.smtpUrl !== null ? createSmtpCarrier(config.smtpUrl, config.mailFrom) : null;
  return {
    ctx: {
      db,
      clock,
      log,
      config,
      actor,
      announce,
      touches,
      delivery: { templates, sendMail: sendMail ?? smtp?.sendMail ?? null, postChat },
    },
    async close() {
      await touches.close();
      smtp?.close();
      await db.destroy();
    },
  };
}
