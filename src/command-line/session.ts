import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { type Config, loadConfig } from '../config';
import { runBatch } from '../features/batch/run-batch.service';
import { ensureLicence } from '../features/licences/licences.service';
import { systemClock } from '../lib/clock';
import type { Context } from '../platform/context';
import { migrationState, SchemaTooNew } from '../platform/db/migrate';
import { createLogger } from '../platform/logging';
import type { Announce } from '../platform/news';
import { openSite, withSecret } from '../site';
import { Refused } from './failures';
import { createScreen, type Screen, type Streams } from './screen';

/** What every command gets: where to speak, what was set, and the site on behalf of the operator. */
export interface Session {
  readonly screen: Screen;
  readonly log: Logger;
  /** Aborts at Ctrl-C or SIGTERM: a command ends soon after the piece in hand. */
  readonly stopping: AbortSignal;
  /** @throws ConfigError */
  settings(): Config;
  /** A file that was named on the command line, from the folder in which the operator called npm. */
  path(given: string): string;
  /**
   * Opens the site for one piece of work and closes it after that.
   * @param announce hears what the work tells about itself
   * @throws Refused where the schema is older than this program; SchemaTooNew where it is newer
   */
  withSite<Result>(work: (ctx: Context) => Promise<Result>, announce?: Announce): Promise<Result>;
  /** The same with the schema as it is, which may be none. */
  withAnySchema<Result>(work: (ctx: Context) => Promise<Result>): Promise<Result>;
}

export function createSession(
  environment: Readonly<Record<string, string | undefined>>,
  stopping: AbortSignal,
  streams: Streams = process,
): Session {
  const screen = createScreen(streams, environment);
  const level = environment.LOG_LEVEL ? settingsOf(environment)?.logLevel : undefined;
  const log = createLogger(level ?? 'warn', screen.log);
  const settings = () => loadConfig(environment);

  async function withAnySchema<Result>(work: (ctx: Context) => Promise<Result>, announce?: Announce): Promise<Result> {
    const config = withSecret(settings());
    const site = openSite(config, {
      log,
      clock: systemClock,
      actor: { kind: 'operator' },
      announce: async (news) => {
        await announce?.(news);
        // A job takes up batches by announcing them. Everything else is for those who watch from Slack.
        if (news.kind === 'batch_confirmed') await runBatch(site.ctx, news.batchId, stopping, () => undefined);
      },
      // Messages for Slack wait in the outbox for the server, which is connected.
      postChat: null,
    });
    try {
      return await work(site.ctx);
    } finally {
      await site.close();
    }
  }

  return {
    screen,
    log,
    stopping,
    settings,
    withAnySchema,
    path: (given) => resolve(environment.INIT_CWD ?? '.', given),
    withSite: (work, announce) =>
      withAnySchema(async (ctx) => {
        const { pending, unknown } = await migrationState(ctx.db);
        if (unknown.length > 0) throw new SchemaTooNew(unknown);
        if (pending.length > 0)
          throw new Refused(
            'The database is older than this program. Bring it up to date first: npm run usher -- migrate',
          );
        await ensureLicence(ctx);
        return work(ctx);
      }, announce),
  };
}

/** Wrong settings are told by the command that needs them; whoever only asks for help needs none. */
function settingsOf(environment: Readonly<Record<string, string | undefined>>): Config | null {
  try {
    return loadConfig(environment);
  } catch {
    return null;
  }
}
