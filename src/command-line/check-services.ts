import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Config } from '../config';
import { checkMailServer } from '../platform/mail/smtp';
import { inspectSlack, trySocketMode } from '../platform/slack/inspect-slack';
import { projectFolder } from '../site';
import { type Finding, ill, reasonOf, well } from './findings';

export async function* checkMail({ smtpUrl }: Config): AsyncGenerator<Finding> {
  if (smtpUrl === null) {
    yield well('No mail server is set: mail waits, and the local workspace shows it.');
    return;
  }
  const { host } = new URL(smtpUrl);
  try {
    await checkMailServer(smtpUrl);
    yield well(`The mail server ${host} takes our connection${hasAccount(smtpUrl) ? ' and our account' : ''}.`);
  } catch (error) {
    yield ill(
      `The mail server ${host} does not take us: ${reasonOf(error)}`,
      'see that SMTP_URL has its host, port, account and password, and smtps:// where it wants TLS from the start',
    );
  }
}

const hasAccount = (smtpUrl: string) => new URL(smtpUrl).username !== '';

export async function* checkSlack({ slack }: Config, log: Logger): AsyncGenerator<Finding> {
  if (slack === null) {
    yield well('Slack is not set: npm start is the local workspace.');
    return;
  }
  try {
    const { team, bot, scopes } = await inspectSlack(slack, log);
    yield well(`Slack knows the bot as ${bot} in ${team}.`);
    yield scopesFinding(scopes);
  } catch (error) {
    yield ill(
      `Slack does not take the bot’s token: ${reasonOf(error)}`,
      'copy SLACK_BOT_TOKEN anew from “OAuth & Permissions” of the app, and see that this machine reaches slack.com',
    );
    return;
  }
  if (slack.appToken === null) return;
  try {
    await trySocketMode(slack, log);
    yield well('Slack opens sockets for the app.');
  } catch (error) {
    yield ill(
      `Slack opens no socket for the app: ${reasonOf(error)}`,
      'turn Socket Mode on, and make an app-level token with the scope connections:write for SLACK_APP_TOKEN',
    );
  }
}

const manifestShape = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

function scopesFinding(granted: readonly string[]): Finding {
  const manifest = manifestShape.parse(parse(readFileSync(join(projectFolder, 'manifest.yml'), 'utf8')));
  const wanted = manifest.oauth_config.scopes.bot;
  if (granted.length === 0) return well('Slack does not say what the token may do.');
  const missing = wanted.filter((scope) => !granted.includes(scope));
  return missing.length === 0
    ? well(`The token has all ${wanted.length} scopes of manifest.yml.`)
    : ill(
        `The token lacks ${missing.join(', ')}.`,
        'put manifest.yml into the app’s “App Manifest” and install the app to the workspace again',
      );
}
