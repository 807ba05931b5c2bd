import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '../lib/clock';
import { createBus } from './bus';
import { createConversations } from './conversations';
import type { Core, InstalledApp } from './core';
import { createCourier } from './deliveries/courier';
import { createDeliveryLog, type DeliveryLog } from './deliveries/delivery-log';
import { createSignedHttp } from './deliveries/signed-http';
import { createSocketMode } from './deliveries/socket-mode';
import { createFiles } from './files';
import { defaultPageDirectory } from './http/page';
import { createRequestListener, isOwnHost, ownsPath } from './http/request-listener';
import { stableId } from './ids';
import { createMailRoom, type IncomingMail, mailView } from './mail-room';
import { readManifest } from './manifest';
import type { TeamSeed, WorkspaceOptions } from './options';
import { createPeople } from './people';
import { createPersonActs, type PersonActs } from './person-acts';
import type { MailBodyView } from './protocol';
import { createRateLimits } from './rate-limits';
import { createResponseUrls } from './response-urls';
import { createTimestamps } from './timestamps';
import { createTriggers } from './triggers';
import { createViews } from './views';
import { createWork } from './work';

/** Where a workspace listens, and how to end that. */
export interface Listening {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A local stand-in for Slack, strict where Slack is. */
export interface Workspace {
  /** The app that is installed: its ids, tokens and signing secret, and the id of its bot user. */
  readonly app: InstalledApp & { readonly botUserId: string };
  /** Base of the Web API, for a client's `slackApiUrl`. */
  apiUrl(): string;
  /** What people do. */
  readonly acts: PersonActs;
  /** What went to the app, and what Slack would have refused of its answers. */
  readonly deliveries: DeliveryLog;
  /** For node's http server. */
  requestListener(request: IncomingMessage, response: ServerResponse): void;
  /** For the server's `upgrade` event. */
  upgradeListener(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Whether a path is answered here, for a host that serves more at the same address. */
  owns(path: string): boolean;
  /** Opens a server of its own; at 127.0.0.1 and any free port unless told. */
  listen(address?: { readonly port?: number; readonly host?: string }): Promise<Listening>;
  /** Tells where it is reached, for a host with a server of its own: `http://127.0.0.1:3000`. */
  setOrigin(origin: string): void;
  /** Where the app takes signed HTTP deliveries from now on. */
  setRequestUrl(url: string): void;
  acceptMail(mail: IncomingMail): MailBodyView;
  /** Tells Socket Mode connections to come anew, as Slack does every few hours. */
  refreshSockets(): void;
  /** How many Socket Mode connections are open. */
  connections(): number;
  /** Resolves once no delivery is under way and none is due within a second. */
  idle(): Promise<void>;
  close(): void;
}

function installedApp(options: WorkspaceOptions, appName: string): InstalledApp {
  const id = options.appId ?? stableId('A', 'app', appName);
  const secret = (bytes: number) => randomBytes(bytes).toString('hex');
  return {
    id,
    botId: stableId('B', 'bot', id),
    botToken: options.botToken ?? `xoxb-local-${secret(12)}`,
    appToken: options.appToken ?? `xapp-1-${id}-${secret(12)}`,
    signingSecret: options.signingSecret ?? secret(16),
    verificationToken: secret(12),
  };
}

const homeTeam: TeamSeed = { id: stableId('T', 'team', 'local'), name: 'Local workspace', domain: 'local' };

/** Makes a workspace with these people, channels and this app; nothing of it outlives the process. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const clock = options.clock ?? systemClock;
  const team = options.team ?? homeTeam;
  const manifest = readManifest(options.manifest);
  const people = createPeople(options.people, team, manifest.botName);
  const app = installedApp(options, manifest.appName);
  const ackTimeoutMs = options.ackTimeoutMs ?? 3000;
  const work = createWork();
  const log = createDeliveryLog();
  let requestUrl = options.requestUrl ?? null;
  let origin = 'http://127.0.0.1';

  const socketMode = createSocketMode({ appId: app.id, ackTimeoutMs });
  const signedHttp = createSignedHttp({ signingSecret: app.signingSecret, ackTimeoutMs, requestUrl: () => requestUrl });
  const transport = options.socketMode ? socketMode : signedHttp;
  const core: Core = {
    team,
    app,
    manifest,
    clock,
    people,
    conversations: createConversations(options.channels, people),
    files: createFiles(),
    views: createViews(),
    mailRoom: createMailRoom(clock),
    triggers: createTriggers(clock),
    responseUrls: createResponseUrls(clock),
    rateLimits: options.rateLimits ? createRateLimits(clock) : null,
    samples: options.samples ?? [],
    bus: createBus(),
    work,
    courier: createCourier({ transport, log, work, clock, retryDelayScale: options.retryDelayScale ?? 1 }),
    log,
    shareDelayMs: options.shareDelayMs ?? 20,
    maxFileBytes: options.maxFileBytes ?? 32 * 1024 * 1024,
    nextTimestamp: createTimestamps(clock),
    origin: () => origin,
    socketPath: () => (options.socketMode ? socketMode.ticketPath() : null),
  };
  const acts = createPersonActs(core);
  const listenerOptions = { core, acts, pageDirectory: options.pageDirectory ?? defaultPageDirectory() };
  const requestListener = createRequestListener(listenerOptions);
  const upgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isOwnHost(request)) socketMode.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 421 Misdirected Request\r\nConnection: close\r\n\r\n');
  };

  return {
    app: { ...app, botUserId: people.bot.id },
    apiUrl: () => `${origin}/api/`,
    acts,
    deliveries: log,
    requestListener,
    upgradeListener,
    owns: (path) => path.startsWith('/link/') || ownsPath(listenerOptions, path),
    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      const server = createServer(requestListener);
      server.on('upgrade', upgradeListener);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      const { port: bound } = server.address() as AddressInfo;
      origin = `http://${host}:${bound}`;
      return {
        origin,
        port: bound,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
    setOrigin(url) {
      origin = url.replace(/\/$/, '');
    },
    setRequestUrl(url) {
      requestUrl = url;
    },
    acceptMail(mail) {
      const accepted = core.mailRoom.accept(mail);
      core.bus.tellEveryone({ type: 'mail', mail: mailView(accepted) });
      return accepted;
    },
    refreshSockets: () => socketMode.refresh(),
    connections: () => socketMode.connections(),
    idle: () => work.idle(),
    close() {
      work.close();
      socketMode.close();
      signedHttp.close();
    },
  };
}
