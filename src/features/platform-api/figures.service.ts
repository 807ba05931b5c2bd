import { second } from '../../lib/duration';
import type { Context } from '../../platform/context';
import { countMessages } from '../../platform/mail/outbox.store';
import type { Figure } from '../../platform/metrics';
import { selectLastSuccesses } from '../../platform/scheduler/job-slots.store';
import { countImportsAtWork } from '../imports/imports-at-work.service';
import { activeSessionCount } from '../sessions/sessions.service';

/** How long figures of the database are kept, in milliseconds: however many ask, it is asked no more often. */
const keepFor = 15 * second;

/** Connections of the pool as tarn counts them. */
interface Pool {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

async function readFigures(ctx: Context, jobs: readonly string[]): Promise<Figure[]> {
  const [{ waiting, dead }, successes, imports, sessions] = await Promise.all([
    countMessages(ctx.db),
    selectLastSuccesses(ctx.db, jobs),
    countImportsAtWork(ctx),
    activeSessionCount(ctx),
  ]);
  return [
    {
      name: 'usher_outbox_messages',
      help: 'Mails and Slack messages that wait to leave, or were given up',
      label: 'state',
      values: [
        { of: 'waiting', value: waiting },
        { of: 'dead', value: dead },
      ],
    },
    {
      name: 'usher_job_last_success_timestamp_seconds',
      help: 'When each job last ended well, on whichever replica',
      label: 'job',
      values: [...successes].map(([job, at]) => ({ of: job, value: at.getTime() / second })),
    },
    { name: 'usher_imports_running', help: 'Imports that are being applied', values: [{ value: imports }] },
    {
      name: 'usher_sessions_active',
      help: 'Open sessions, without those of the explorer',
      values: [{ value: sessions }],
    },
  ];
}

function poolFigures(ctx: Context): Figure[] {
  const { pool } = ctx.db.client as { pool: Pool };
  return [
    {
      name: 'usher_database_connections',
      help: 'Connections of this process to the database',
      label: 'state',
      values: [
        { of: 'used', value: pool.numUsed() },
        { of: 'free', value: pool.numFree() },
      ],
    },
    {
      name: 'usher_database_waiting',
      help: 'Requests that wait for a connection to the database',
      values: [{ value: pool.numPendingAcquires() }],
    },
  ];
}

/**
 * A reader of the site's figures. A database that cannot be asked is a figure as well; nothing is thrown.
 * @param jobs their names
 */
export function createFigures(ctx: Context, jobs: readonly string[]): () => Promise<Figure[]> {
  let asked: { at: number; figures: Promise<Figure[]> } | null = null;
  async function ask(): Promise<Figure[]> {
    const name = 'usher_database_reachable';
    const help = '1 while the database answers, 0 while it does not';
    try {
      return [...(await readFigures(ctx, jobs)), { name, help, values: [{ value: 1 }] }];
    } catch (error) {
      ctx.log.warn({ err: error }, 'metrics without database');
      return [{ name, help, values: [{ value: 0 }] }];
    }
  }
  return async () => {
    if (asked === null || performance.now() - asked.at > keepFor) asked = { at: performance.now(), figures: ask() };
    return [...(await asked.figures), ...poolFigures(ctx)];
  };
}
