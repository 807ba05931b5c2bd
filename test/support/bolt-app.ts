import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { WorkspaceOptions } from '../../src/workspace/options';
import { createWorkspace, type Workspace } from '../../src/workspace/workspace';
import { driveWorkspace, type WorkspaceDriver } from './workspace-driver';
import { testChannels, testPeople } from './workspace-people';

/** A manifest that allows all that the tests of the workspace do. */
export const testManifest = {
  display_information: { name: 'Porter' },
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true },
    bot_user: { display_name: 'Porter' },
    slash_commands: [
      { command: '/porter', description: 'Does what is asked', usage_hint: '[words]', should_escape: true },
      { command: '/plain', description: 'Takes its text as it is', should_escape: false },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        'commands',
        'chat:write',
        'im:write',
        'im:history',
        'channels:read',
        'channels:history',
        'files:read',
        'files:write',
        'users:read',
        'users:read.email',
      ],
    },
  },
  settings: {
    interactivity: { is_enabled: true },
    event_subscriptions: {
      bot_events: ['app_home_opened', 'file_shared', 'member_joined_channel', 'message.im', 'message.channels'],
    },
  },
};

const silent = () => {};
const logger: Logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => LogLevel.ERROR,
  setName: silent,
};

/** A workspace with a small Bolt app in it, both listening. */
export interface BoltWorld {
  readonly workspace: Workspace;
  readonly origin: string;
  readonly app: App;
  /** Where the app takes deliveries; empty in Socket Mode. */
  readonly requestUrl: string;
  readonly slack: WorkspaceDriver;
  close(): Promise<void>;
}

/**
 * Starts a workspace and an app over signed HTTP, or over Socket Mode where the options say so. After a lost socket
 * Bolt waits `pingTimeoutMs` before it comes back, and it gives a socket up that does not answer a ping for as long.
 */
export async function startBoltWorld(
  options: Partial<WorkspaceOptions> = {},
  pingTimeoutMs = 5000,
): Promise<BoltWorld> {
  const workspace = createWorkspace({
    people: testPeople,
    channels: testChannels,
    manifest: testManifest,
    retryDelayScale: 0.001,
    ...options,
  });
  const { origin, close: closeServer } = await workspace.listen();
  const { signingSecret, appToken, botToken, botId, botUserId } = workspace.app;
  const clientOptions = { slackApiUrl: workspace.apiUrl(), retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
  const receiver = options.socketMode
    ? new SocketModeReceiver({
        appToken,
        logger,
        clientPingTimeout: pingTimeoutMs,
        installerOptions: { clientOptions: { ...clientOptions } },
      })
    : new HTTPReceiver({ signingSecret, logger, unhandledRequestTimeoutMillis: 1200 });
  // With the bot's ids given, Bolt does not ask `auth.test` in the background, which a short test would not wait for.
  const identity = { token: botToken, botId, botUserId, tokenVerificationEnabled: false };
  const app = new App({ ...identity, receiver, clientOptions, logger, socketMode: options.socketMode ?? false });
  let requestUrl = '';
  if (receiver instanceof HTTPReceiver) {
    const server = await receiver.start({ host: '127.0.0.1', port: 0 } as never);
    requestUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
    workspace.setRequestUrl(requestUrl);
  } else await app.start();
  return {
    workspace,
    origin,
    app,
    requestUrl,
    slack: driveWorkspace(workspace),
    async close() {
      await app.stop();
      workspace.close();
      await closeServer();
    },
  };
}
