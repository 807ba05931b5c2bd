import type { RequestListener } from 'node:http';
import { App, HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { SlackConfig } from '../../config';
import type { Actor, Context } from '../context';
import { createAccountReader, type SlackAccountFacts } from './accounts';
import { createCommandRouter } from './command-router';
import type { Caller, SlackEdge } from './definitions';
import { createGateway, quietLogger, type SlackGateway } from './gateway';
import { registerHandlers } from './handlers';
import { createHomePublisher } from './home-publisher';

/** Slack gives up after 3,000 milliseconds. */
const lateAcknowledgement = 2500;

/** What the platform must be told about people, which only features know. */
export interface PeopleLookup {
  /** The user behind an account, bound at the first match; null when it names nobody. */
  userOf(
    ctx: Context,
    account: SlackAccountFacts,
  ): Promise<{ id: number; email: string; isActiveAdmin: boolean } | null>;
  /** Names of admins whom somebody without the privilege can ask. */
  admins(ctx: Context): Promise<readonly string[]>;
}

export interface SlackApp {
  readonly gateway: SlackGateway;
  readonly edges: readonly SlackEdge[];
  /** For `POST /slack/events` in HTTP mode and nothing else, which Bolt would throw at; null in Socket Mode. */
  readonly requestListener: RequestListener | null;
  start(): Promise<void>;
  /** Takes nothing new, and waits for what is being worked on, at most this long. */
  stop(graceMilliseconds: number): Promise<void>;
  /** Draws the App Homes anew that somebody has looked at lately. */
  refreshHomes(): void;
  /** Whether Slack has answered this process and, in Socket Mode, the socket stands. */
  isConnected(): boolean;
}

/**
 * Bolt with both receivers, and every handler of every feature behind one wrapper.
 * @param arrived told of everything that Slack delivers
 */
export function createSlackApp(
  ctx: Context,
  config: SlackConfig,
  edges: readonly SlackEdge[],
  people: PeopleLookup,
  arrived: (kind: string) => void = () => undefined,
): SlackApp {
  const gateway = createGateway(config, ctx.log);
  const logger = quietLogger(ctx.log) as never;
  let receiver: Receiver;
  let requestListener: RequestListener | null = null;
  let socketOpen = true;
  if (config.appToken !== null) {
    // Its client options are its own: in Socket Mode the client sets a hundred retries on shared ones.
    const socket = new SocketModeReceiver({
      appToken: config.appToken,
      logger,
      installerOptions: { clientOptions: config.apiUrl ? { slackApiUrl: config.apiUrl } : {} },
    });
    socketOpen = false;
    socket.client.on('connected', () => {
      socketOpen = true;
    });
    socket.client.on('disconnected', () => {
      socketOpen = false;
    });
    receiver = socket;
  } else {
    const http = new HTTPReceiver({ signingSecret: config.signingSecret ?? '', endpoints: '/slack/events', logger });
    requestListener = http.requestListener;
    receiver = http;
  }

  let identity: Promise<{ teamId: string; botUserId: string; botId: string }> | null = null;
  let connected = false;
  // Asked once and kept; a failure is asked again at the next need.
  const ownIdentity = () => {
    identity ??= gateway.client.auth.test().then(
      (answer) => {
        connected = true;
        return { teamId: answer.team_id ?? '', botUserId: answer.user_id ?? '', botId: answer.bot_id ?? '' };
      },
      (error: unknown) => {
        identity = null;
        throw error;
      },
    );
    return identity;
  };

  const app = new App({
    receiver,
    logger,
    // Never waits for Slack or the database: the acknowledgement comes first.
    authorize: async () => ({ botToken: config.botToken }),
    // Our own uploads are told apart by their uploader, which Bolt's filter does not know.
    ignoreSelf: false,
  });
  // Bolt tells of a missing acknowledgement over HTTP only; this tells of a late one in both modes.
  app.use(async (args) => {
    const { ack, next } = args as { ack?: (...given: unknown[]) => Promise<void>; next: () => Promise<void> };
    arrived(kindOf(args.body));
    const began = performance.now();
    if (ack) {
      Object.assign(args, {
        ack: async (...given: unknown[]) => {
          const ms = Math.round(performance.now() - began);
          if (ms > lateAcknowledgement) ctx.log.warn({ ms }, 'acknowledged late');
          await ack(...given);
        },
      });
    }
    await next();
  });
  const inFlight = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    inFlight.add(work);
    work.catch(() => undefined).finally(() => inFlight.delete(work));
    return work;
  };

  const readAccount = createAccountReader(gateway, async () => (await ownIdentity()).teamId);
  const callerOf = async (from: Context, slackUserId: string): Promise<Caller> => {
    const account = await readAccount(from, slackUserId);
    const user = await people.userOf(from, account);
    return {
      ...account,
      user:
        user === null
          ? null
          : { id: user.id, isActiveAdmin: user.isActiveAdmin, actor: actorOf(account, user.id, user.email) },
    };
  };
  const homes = createHomePublisher(ctx, gateway, edges, callerOf, track);
  registerHandlers(app, {
    ctx,
    gateway,
    edges,
    router: createCommandRouter(edges),
    homes,
    stopping: stopping.signal,
    track,
    callerOf,
    readAccount,
    botUserId: async () => (await ownIdentity()).botUserId,
    admins: people.admins,
  });
  app.error(async (error) => {
    ctx.log.error({ err: error.original ?? error }, 'slack request failed');
  });

  return {
    gateway,
    edges,
    requestListener:
      requestListener === null
        ? null
        : (request, response) => {
            if (!stopping.signal.aborted) return requestListener?.(request, response);
            response.writeHead(503, { 'Retry-After': '5' }).end();
          },
    async start() {
      if (config.appToken !== null) await app.start();
      await ownIdentity();
      ctx.log.info({ mode: config.appToken === null ? 'http' : 'socket' }, 'slack connected');
    },
    async stop(graceMilliseconds) {
      stopping.abort();
      homes.stop();
      if (config.appToken !== null) await app.stop();
      const deadline = new Promise((done) => setTimeout(done, graceMilliseconds).unref());
      await Promise.race([Promise.allSettled([...inFlight]), deadline]);
      if (inFlight.size > 0)
        ctx.log.warn({ unfinished: inFlight.size, ms: graceMilliseconds }, 'slack stopped with work in flight');
    },
    refreshHomes: homes.refresh,
    isConnected: () => connected && socketOpen,
  };
}

const kinds = new Set(['block_actions', 'view_submission', 'block_suggestion', 'shortcut', 'message_action']);

/** What Slack sent, in a word of a list that does not grow. */
function kindOf(body: object): string {
  if ('command' in body) return 'command';
  const type = 'type' in body ? String(body.type) : '';
  if (type === 'event_callback') return 'event';
  return kinds.has(type) ? type : 'other';
}

export function actorOf(account: SlackAccountFacts, userId: number, email: string): Extract<Actor, { kind: 'user' }> {
  return { kind: 'user', userId, email, slackId: `${account.teamId}/${account.slackUserId}` };
}
