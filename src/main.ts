import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { parse } from 'yaml';
import { type AppOptions, createApp, type UsherApp } from './app';
import { type Config, ConfigError, loadConfig, readEnvironment } from './config';
import { adminChannel, demoChannels, demoSlackPeople, importChannel } from './demo/demo-people';
import { seedDemoSite } from './demo/demo-site';
import { demoSamples } from './demo/demo-spreadsheets';
import { createLogger } from './platform/logging';
import { projectFolder, withSecret } from './site';
import { createWorkspace, type Workspace } from './workspace/workspace';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens before anything else, so that a taken port is told at once; until the app is there, it asks to come again. */
async function listen(config: Config): Promise<{ server: Server; port: number; serve(listener: Listener): void }> {
  let listener: Listener = (_request, response) =>
    response.writeHead(503, { 'Retry-After': '2' }).end('Usher is starting.');
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigError([
              `PORT: ${config.port} is taken by another program; set another one, for example PORT=3001`,
            ])
          : error,
      );
    });
    server.listen(config.port, config.host, resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    serve: (next) => {
      listener = next;
    },
  };
}

/** Nothing is configured: a stand-in for Slack runs beside the bot, at the same address, with a demo site. */
async function startLocally(
  config: Config,
  log: Logger,
): Promise<{ app: UsherApp; server: Server; workspace: Workspace }> {
  const { server, port, serve } = await listen(config);
  const origin = `http://${config.host}:${port}`;
  const workspace = createWorkspace({
    manifest: parse(readFileSync(join(projectFolder, 'manifest.yml'), 'utf8')),
    people: demoSlackPeople,
    channels: demoChannels,
    samples: await demoSamples(),
    requestUrl: `${origin}/slack/events`,
    pageDirectory: join(projectFolder, 'dist/page'),
  });
  workspace.setOrigin(origin);
  const settings: Config = {
    ...withSecret(config),
    publicUrl: config.port === 0 ? origin : config.publicUrl,
    slack: {
      botToken: workspace.app.botToken,
      appToken: null,
      signingSecret: workspace.app.signingSecret,
      apiUrl: workspace.apiUrl(),
      importChannels: [importChannel],
      adminChannel,
    },
  };
  // The workspace answers the bot's first questions while the bot starts.
  serve((request, response) =>
    workspace.owns(pathOf(request)) ? workspace.requestListener(request, response) : response.writeHead(503).end(),
  );
  server.on('upgrade', workspace.upgradeListener);
  const options: AppOptions = {
    log,
    sendMail: async (mail) => {
      workspace.acceptMail({
        from: config.mailFrom,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        messageId: mail.messageId,
      });
    },
    prepare: async (ctx) => {
      await seedDemoSite(ctx);
    },
  };
  const app = await createApp(settings, options);
  serve((request, response) =>
    workspace.owns(pathOf(request))
      ? workspace.requestListener(request, response)
      : app.requestListener(request, response),
  );
  process.stdout.write(
    `\n  Usher’s local workspace is ready: ${origin}\n  It is a stand-in for Slack with a demo site. Ctrl-C ends it.\n\n`,
  );
  return { app, server, workspace };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

async function start(): Promise<void> {
  const config = loadConfig(readEnvironment());
  const log = createLogger(config.logLevel);
  let stop: () => Promise<void>;
  if (config.slack === null) {
    const { app, server, workspace } = await startLocally(config, log);
    stop = async () => {
      workspace.close();
      server.close();
      await app.stop();
      server.closeAllConnections();
    };
  } else {
    const { server, port, serve } = await listen(config);
    const app = await createApp(config, { log });
    serve(app.requestListener);
    log.info({ port, host: config.host }, 'usher listens');
    stop = async () => {
      server.close();
      await app.stop();
      server.closeAllConnections();
    };
  }
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      log.info({ signal }, 'usher ends');
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'usher did not end cleanly');
          process.exit(1);
        },
      );
    });
  }
}

start().catch((error: unknown) => {
  const known =
    error instanceof ConfigError ||
    (error as Error).name === 'SchemaTooNew' ||
    (error as { kind?: string }).kind !== undefined;
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
