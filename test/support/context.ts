import { Writable } from 'node:stream';
import { type Config, loadConfig } from '../../src/config';
import { createTouches } from '../../src/features/sessions/touches.service';
import type { Clock } from '../../src/lib/clock';
import type { Actor, Context } from '../../src/platform/context';
import { createLogger } from '../../src/platform/logging';
import type { Delivery, OutgoingChat, OutgoingMail } from '../../src/platform/mail/delivery.types';
import type { News } from '../../src/platform/news';
import type { TestDatabase } from './databases';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on by milliseconds. */
  advance(milliseconds: number): void;
  set(iso: string): void;
}

export function fakeClock(startIso = '2026-11-02T10:00:00.000Z'): FakeClock {
  let now = new Date(startIso).getTime();
  return {
    now: () => new Date(now),
    advance: (milliseconds) => {
      now += milliseconds;
    },
    set: (iso) => {
      now = new Date(iso).getTime();
    },
  };
}

/** One line of the log as pino wrote it: `level` (30 info, 40 warn, 50 error), `msg`, and the event's facts. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** Settings of tests; none comes from the machine's environment. */
export function testConfig(settings: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({
    APP_SECRET: 'a secret of tests, of sufficient length',
    PUBLIC_URL: 'http://usher.test',
    MAIL_FROM: 'Usher <usher@usher.test>',
    LOG_LEVEL: 'trace',
    ...settings,
  });
}

/** A context whose clock a test moves, and which keeps what was logged, mailed and posted. */
export interface TestContext extends Context {
  readonly clock: FakeClock;
  /** Everything logged so far, every level. */
  readonly logLines: LogLine[];
  /** What edges were told to draw anew. */
  readonly announced: News[];
  readonly mails: OutgoingMail[];
  readonly chats: OutgoingChat[];
}

export interface TestContextOverrides {
  readonly db?: Context['db'];
  readonly clock?: FakeClock;
  /** Names and values as in the environment, beside those of testConfig(). */
  readonly settings?: Readonly<Record<string, string>>;
  /** Parts of the delivery to replace; `sendMail: null` is a site without a mail server. */
  readonly delivery?: Partial<Delivery>;
  readonly actor?: Actor;
}

/** A full context on the test's database, silent, with a fake clock and mails kept in memory. */
export function testContext(database: TestDatabase, overrides: TestContextOverrides = {}): TestContext {
  const announced: News[] = [];
  const logLines: LogLine[] = [];
  const mails: OutgoingMail[] = [];
  const chats: OutgoingChat[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(JSON.parse(String(chunk)) as LogLine);
      done();
    },
  });
  const db = overrides.db ?? database.db;
  const log = createLogger('trace', destination);
  return {
    db,
    clock: overrides.clock ?? fakeClock(),
    log,
    config: testConfig({ DATABASE_URL: database.url, ...overrides.settings }),
    delivery: {
      templates: [],
      sendMail: async (mail) => void mails.push(mail),
      postChat: async (chat) => {
        chats.push(chat);
        return true;
      },
      ...overrides.delivery,
    },
    announce: async (news) => void announced.push(news),
    actor: overrides.actor ?? { kind: 'system', name: 'test' },
    // Nothing is written behind a test's back.
    touches: createTouches({ db, log }, { delay: null }),
    announced,
    logLines,
    mails,
    chats,
  };
}
