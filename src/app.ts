import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { jobs } from '../jobs';
import { version } from '../package.json';
import type { Config } from './config';
import { featureEdges } from './edges';
import { accountRoutes } from './features/accounts/accounts.routes';
import { ensureAdmins } from './features/accounts/first-admins.service';
import { type ApprovalExecutors, carryOut } from './features/approvals/approvals.commands';
import { drawApproval } from './features/approvals/draw-approval';
import { disableApproved } from './features/batch/batch-approved';
import { runAndShow } from './features/batch/show-batch';
import { grantAdminApproved } from './features/edits/grant-admin-approved';
import { homeEdge } from './features/home/home.commands';
import type { StatusFacts } from './features/home/home.text';
import { drawImport, reportImport } from './features/imports/report-import';
import { runImport } from './features/imports/run-import.service';
import { ensureLicence } from './features/licences/licences.service';
import { deleteOrPlanApproved } from './features/offboarding/offboarding-approved';
import { metricsRoutes } from './features/platform-api/metrics.routes';
import { platformApi, unreadableCalls } from './features/platform-api/platform-api.routes';
import { activeAdmins, userOfSlackAccount } from './features/users/users.service';
import { displayName } from './features/users/users.types';
import { type Clock, systemClock } from './lib/clock';
import { minute, second } from './lib/duration';
import type { Context } from './platform/context';
import { isUnavailable } from './platform/db/driver-errors';
import { migrate } from './platform/db/migrate';
import { createHttpServer } from './platform/http/server';
import type { OutgoingMail } from './platform/mail/delivery.types';
import { deliverDue } from './platform/mail/dispatcher';
import { countMessages } from './platform/mail/outbox.store';
import { createMetrics } from './platform/metrics';
import type { News } from './platform/news';
import { type Scheduler, startScheduler } from './platform/scheduler/scheduler';
import { createChatCarrier } from './platform/slack/chat-carrier';
import { removeLeftFiles } from './platform/slack/own-file';
import { createSlackApp } from './platform/slack/slack-app';
import { openSite } from './site';

export interface AppOptions {
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where mail goes instead of SMTP_URL. */
  readonly sendMail?: (mail: OutgoingMail, signal: AbortSignal) => Promise<void>;
  /** Runs once the schema is up to date, before anything is served. */
  readonly prepare?: (ctx: Context) => Promise<void>;
  /** Jobs run by their schedule; true unless told. */
  readonly scheduled?: boolean;
}

export interface UsherApp {
  readonly ctx: Context;
  /** Pages, health, and Slack's deliveries in HTTP mode. */
  requestListener(request: IncomingMessage, response: ServerResponse): void;
  /** Ends within about this many milliseconds; what is in flight is finished or left for whoever starts next. */
  stop(graceMilliseconds?: number): Promise<void>;
}

/** The one place that wires everything: opens the database, brings it up to date, and connects to Slack. */
export async function createApp(config: Config, options: AppOptions): Promise<UsherApp> {
  const { slack: slackConfig } = config;
  if (slackConfig === null) throw new Error('createApp needs Slack: main.ts puts the local workspace there');
  const { log, clock = systemClock } = options;
  const startedAt = clock.now();
  const metrics = createMetrics();
  const stopping = new AbortController();
  const background = new Set<Promise<unknown>>();
  const inBackground = (what: string, work: Promise<unknown>): void => {
    const tracked = work.catch((error: unknown) => log.error({ err: error, what }, 'background work failed'));
    background.add(tracked);
    void tracked.finally(() => background.delete(tracked));
  };

  let scheduler: Scheduler | null = null;

  const site = openSite(config, {
    log,
    clock,
    actor: { kind: 'system', name: 'usher' },
    announce,
    sendMail: options.sendMail,
    postChat: (chat, signal) => postChat(chat, signal),
  });
  const { ctx } = site;

  const executors: ApprovalExecutors = {
    disable_users: (from, payload, approval) => disableApproved(from, slack.gateway, payload, approval),
    grant_admin: grantAdminApproved,
    delete_users: deleteOrPlanApproved,
  };
  const edges = [
    ...featureEdges,
    homeEdge({
      jobs,
      runJob: async (name) => (scheduler === null ? { outcome: 'not-claimed' } : scheduler.runByHand(name)),
      status,
    }),
  ];
  const slack = createSlackApp(
    ctx,
    slackConfig,
    edges,
    {
      async userOf(from, account) {
        const user = await userOfSlackAccount(from, account);
        return user === null
          ? null
          : { id: user.id, email: user.email, isActiveAdmin: user.isAdmin && user.status === 'active' };
      },
      admins: async (from) => (await activeAdmins(from)).slice(0, 5).map(displayName),
    },
    metrics.deliveryArrived,
  );
  const chatCarrier = createChatCarrier(slack.gateway, slackConfig);
  async function postChat(chat: Parameters<typeof chatCarrier>[0], _signal: AbortSignal): Promise<boolean> {
    return chatCarrier(chat);
  }

  let mailTimer: NodeJS.Timeout | null = null;
  /** Mail leaves at once instead of at the next run of its job, which sends what this does not reach. */
  function sendMailSoon(): void {
    if (mailTimer !== null || stopping.signal.aborted || options.scheduled === false) return;
    mailTimer = setTimeout(() => {
      mailTimer = null;
      inBackground('deliver mail', deliverDue(ctx, { signal: stopping.signal }));
    }, 0.2 * second);
  }

  async function announce(news: News): Promise<void> {
    switch (news.kind) {
      case 'users_changed':
        slack.refreshHomes();
        sendMailSoon();
        return;
      case 'import_confirmed':
        slack.refreshHomes();
        inBackground('import', runImport(ctx, news.importId, stopping.signal));
        return;
      case 'import_moved':
        await drawImport(ctx, slack.gateway, news.importId, news.rowsPerSecond).catch((error: unknown) =>
          log.warn({ err: error }, 'progress not shown'),
        );
        return;
      case 'import_ended':
        await reportImport(ctx, slack.gateway, news.importId);
        slack.refreshHomes();
        sendMailSoon();
        return;
      case 'batch_confirmed':
        inBackground('batch', runAndShow(ctx, slack.gateway, news.batchId, stopping.signal));
        return;
      case 'approval_changed':
        await drawApproval(ctx, slack.gateway, news.approvalId).catch((error: unknown) =>
          log.warn({ err: error }, 'approval not shown'),
        );
        sendMailSoon();
        return;
      case 'approval_given':
        inBackground('approval', carryOut(ctx, slack.gateway, executors, news.approvalId));
        return;
    }
  }

  async function status(from: Context): Promise<StatusFacts> {
    const { waiting, dead } = await countMessages(from.db);
    return {
      version,
      startedAt,
      database: config.databaseUrl.startsWith('sqlite:') ? 'SQLite, reachable' : 'MySQL or MariaDB, reachable',
      slack: `${slackConfig?.appToken === null ? 'signed HTTP' : 'Socket Mode'}, ${slack.isConnected() ? 'connected' : 'not connected'}`,
      mail:
        options.sendMail !== undefined
          ? 'shown in the local workspace'
          : config.smtpUrl === null
            ? 'no mail server is set'
            : 'sent by SMTP',
      outboxWaiting: waiting,
      outboxDead: dead,
    };
  }

  try {
    await migrateWhenReachable(ctx.db, log);
    await ensureLicence(ctx);
    await options.prepare?.(ctx);
    await ensureAdmins(ctx, config.adminEmails);
  } catch (error) {
    await site.close();
    throw error;
  }
  const pages = await createHttpServer(ctx, {
    routes: [
      ...accountRoutes(ctx),
      platformApi(ctx),
      metricsRoutes(
        ctx,
        metrics,
        jobs.map(({ name }) => name),
      ),
    ],
    unreadable: unreadableCalls(ctx),
    answered: metrics.requestAnswered,
    ...(config.trustedProxies.length > 0 ? { trustedProxies: config.trustedProxies } : {}),
    checks: { slack: async () => (slack.isConnected() ? null : 'not connected') },
  });
  inBackground('connect to Slack', slack.start());
  inBackground('remove left files', removeLeftFiles());
  if (options.scheduled !== false) scheduler = startScheduler(ctx, jobs, metrics.jobEnded);

  return {
    ctx,
    requestListener(request, response) {
      // Bolt throws at whatever else it is handed.
      const isDelivery = request.method === 'POST' && request.url?.split('?', 1)[0] === '/slack/events';
      if (slack.requestListener !== null && isDelivery) slack.requestListener(request, response);
      else pages.requestListener(request, response);
    },
    async stop(graceMilliseconds = 10 * second) {
      stopping.abort();
      const late = new Promise((done) => setTimeout(done, graceMilliseconds).unref());
      if (mailTimer !== null) clearTimeout(mailTimer);
      const ending = [slack.stop(graceMilliseconds), scheduler?.stop(graceMilliseconds), pages.close(), ...background];
      await Promise.race([Promise.allSettled(ending), late]);
      await site.close();
    },
  };
}

/** A database that starts at the same time as Usher gets a minute to come up. */
async function migrateWhenReachable(db: Knex, log: Logger): Promise<void> {
  const deadline = Date.now() + minute;
  for (;;) {
    try {
      const applied = await migrate(db);
      if (applied.length > 0) log.info({ migrations: applied.length }, 'schema brought up to date');
      return;
    } catch (error) {
      if (!isUnavailable(error) || Date.now() > deadline) throw error;
      log.warn({ code: (error as { code?: string }).code }, 'waiting for the database');
      await new Promise((done) => setTimeout(done, 2 * second));
    }
  }
}
