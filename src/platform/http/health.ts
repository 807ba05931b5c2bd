import type { FastifyInstance } from 'fastify';
import { second } from '../../lib/duration';
import type { Context } from '../context';
import { migrationState } from '../db/migrate';

/** Resolves with null when that part is ready, else with a few words on what is missing. May throw. */
export type ReadinessCheck = () => Promise<string | null>;

/** How long one check may take before it counts as failed, in milliseconds. */
const patience = 3 * second;

/** How long an answer of `/readyz` is kept, in milliseconds. */
const keepFor = 1 * second;

async function migrationsReady(ctx: Context): Promise<string | null> {
  const { pending, unknown } = await migrationState(ctx.db);
  if (unknown.length > 0) return `the schema is newer than this program (${unknown.length} unknown migrations)`;
  return pending.length > 0 ? `${pending.length} migrations are pending` : null;
}

async function databaseReady(ctx: Context): Promise<string | null> {
  await ctx.db.raw('SELECT 1');
  return null;
}

async function outcomeOf(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<string>((done) => {
    timer = setTimeout(() => done(`no answer in ${patience / second} s`), patience);
  });
  try {
    return (await Promise.race([check(), tooSlow])) ?? 'ok';
  } catch {
    // Drivers put addresses and user names into their messages; whoever asks for readiness need not see those.
    return 'not reachable';
  } finally {
    clearTimeout(timer);
  }
}

/** `GET /healthz` says that the process lives, `GET /readyz` whether it can do its work (200) or not (503). */
export function addHealthRoutes(app: FastifyInstance, ctx: Context, checks: Readonly<Record<string, ReadinessCheck>>) {
  const all: Readonly<Record<string, ReadinessCheck>> = {
    database: () => databaseReady(ctx),
    migrations: () => migrationsReady(ctx),
    ...checks,
  };
  const config = { rateLimit: false, quiet: true } as const;
  app.get('/healthz', { config }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  // Anybody may ask: however many do within a second, the database is asked once.
  let asked = { at: Number.NEGATIVE_INFINITY, answer: Promise.resolve<(readonly [string, string])[]>([]) };
  const askOnce = () => {
    if (performance.now() - asked.at > keepFor) {
      const answer = Promise.all(
        Object.entries(all).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
      );
      asked = { at: performance.now(), answer };
    }
    return asked.answer;
  };
  app.get('/readyz', { config }, async (_request, reply) => {
    const outcomes = await askOnce();
    const ready = outcomes.every(([, outcome]) => outcome === 'ok');
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(outcomes) });
  });
}
