import { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { SlackConfig } from '../../config';
import { second } from '../../lib/duration';
import { createGateway, quietLogger } from './gateway';

/** Whom the tokens name, and what they may do. */
export interface SlackFacts {
  readonly team: string;
  readonly bot: string;
  /** What the bot's token was granted. */
  readonly scopes: readonly string[];
}

/** Asks Slack who the bot is. Nothing is posted. @throws what the Web API client throws */
export async function inspectSlack(config: SlackConfig, log: Logger): Promise<SlackFacts> {
  const { client } = createGateway(config, log);
  const { team, user, response_metadata: metadata } = await client.auth.test();
  return { team: team ?? '', bot: user ?? '', scopes: metadata?.scopes ?? [] };
}

/** Asks Slack for a socket and opens none: whether the app-level token is good. @throws what the Web API client throws */
export async function trySocketMode({ appToken, apiUrl }: SlackConfig, log: Logger): Promise<void> {
  if (appToken === null) return;
  const client = new WebClient(appToken, {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    timeout: 10 * second,
    retryConfig: { retries: 0 },
    logger: quietLogger(log),
  });
  await client.apps.connections.open();
}
