import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { SlackConfig } from '../../config';
import { minute, second } from '../../lib/duration';
import { invalidInput } from '../errors';
import { escapeText, type HomeView, type ModalView, type SlackMessage } from './blocks';
import { withOwnFile } from './own-file';
import { sendFile } from './send-file';

/** What Usher asks of Slack, with short time-outs: a person waits for most of it. */
export interface SlackGateway {
  readonly client: WebClient;
  /** Posts and returns the message's ts. */
  post(conversationId: string, message: SlackMessage, threadTs?: string): Promise<string>;
  /** Says something that only one person in a conversation sees. */
  postEphemeral(conversationId: string, slackUserId: string, message: SlackMessage): Promise<void>;
  update(conversationId: string, ts: string, message: SlackMessage): Promise<void>;
  /** The direct conversation with a person. */
  directConversation(slackUserId: string): Promise<string>;
  publishHome(slackUserId: string, view: HomeView): Promise<void>;
  updateView(viewId: string, view: ModalView): Promise<void>;
  /**
   * Uploads a file into a conversation, read from the disk as fast as Slack takes it. False: Slack took it, and after some
   * seconds still does not show it there.
   * @throws AppError `invalid_input` where Slack does not take it; what `signal` aborts with, and nothing is shown then
   */
  upload(conversationId: string, file: FileToUpload): Promise<boolean>;
  /** Facts of a file that was shared. */
  fileFacts(fileId: string): Promise<FileFacts>;
  /** Downloads a shared file into a folder of its own, hands its path over, and removes both afterwards. */
  withFile<Result>(facts: FileFacts, mostBytes: number, work: (path: string) => Promise<Result>): Promise<Result>;
}

export interface FileToUpload {
  readonly path: string;
  readonly name: string;
  readonly comment?: string;
  readonly threadTs?: string;
  readonly signal?: AbortSignal;
}

export interface FileFacts {
  readonly id: string;
  readonly name: string;
  /** Bytes, as Slack says. */
  readonly size: number;
  readonly uploaderSlackId: string;
  readonly downloadUrl: string | null;
  readonly conversationIds: readonly string[];
}

/** A file's host must be Slack's own, or the origin of the configured server: the bot's token goes there. */
function mayHaveToken(url: URL, apiUrl: string | null): boolean {
  if (apiUrl !== null) return url.origin === new URL(apiUrl).origin;
  return url.protocol === 'https:' && url.hostname === 'files.slack.com';
}

const fileTimeout = 2 * minute;
/** Milliseconds before each look at whether a file was shared. */
const sharingPauses = [100, 300, 800, 2000, 4000];

/** Why a download broke, for its person to read; other errors are none of the download's. */
function downloadProblem(error: unknown, name: string): unknown {
  const {
    name: kind,
    cause,
    code,
  } = error as { name?: string; cause?: { message?: string; code?: string }; code?: string };
  if (kind === 'TimeoutError' || kind === 'AbortError')
    return invalidInput(`Slack took too long to hand ${name} out. Drop it again in a moment.`);
  if (/redirect/.test(cause?.message ?? ''))
    return invalidInput(
      `Slack sends Usher elsewhere for ${name}, where it does not go for safety. Download it and drop it again.`,
    );
  if (kind === 'TypeError' || /^(ECONN|UND_ERR|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE)/.test(cause?.code ?? code ?? ''))
    return invalidInput(`The connection to Slack broke while ${name} was read. Drop it again in a moment.`);
  return error;
}

/** Slack's Web API for one workspace. */
export function createGateway(config: SlackConfig, log: Logger): SlackGateway {
  const client = new WebClient(config.botToken, {
    ...(config.apiUrl ? { slackApiUrl: config.apiUrl } : {}),
    timeout: 10 * second,
    retryConfig: { retries: 2, minTimeout: 300, maxTimeout: 2 * second },
    logger: quietLogger(log),
  });
  async function fileFacts(fileId: string): Promise<FileFacts> {
    const { file } = await client.files.info({ file: fileId });
    return {
      id: fileId,
      name: file?.name ?? 'file',
      size: file?.size ?? 0,
      uploaderSlackId: file?.user ?? '',
      downloadUrl: file?.url_private_download ?? null,
      conversationIds: [...(file?.channels ?? []), ...(file?.groups ?? []), ...(file?.ims ?? [])],
    };
  }
  async function download(
    url: URL,
    path: string,
    facts: FileFacts,
    mostBytes: number,
    tooLarge: () => Error,
  ): Promise<void> {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${config.botToken}` },
      redirect: 'error',
      signal: AbortSignal.timeout(fileTimeout),
    });
    if (!response.ok || response.body === null) {
      throw invalidInput(`Slack did not hand ${facts.name} out (it answered ${response.status}). Drop it again.`);
    }
    let bytes = 0;
    const cap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > mostBytes) done(tooLarge());
        else done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body as never), cap, createWriteStream(path));
  }
  /** Slack shares an uploaded file some time after it answered, and now and then never does. */
  async function isShared(fileId: string, conversationId: string): Promise<boolean> {
    for (const pause of sharingPauses) {
      await new Promise((done) => setTimeout(done, pause));
      // That a look fails does not mean that the file is not there.
      const facts = await fileFacts(fileId).catch(() => null);
      if (facts?.conversationIds.includes(conversationId)) return true;
    }
    return false;
  }
  const blocks = (message: SlackMessage) => [...message.blocks] as KnownBlock[];
  return {
    client,
    async post(conversationId, message, threadTs) {
      const posted = await client.chat.postMessage({
        channel: conversationId,
        text: message.text,
        ...(message.blocks.length > 0 ? { blocks: blocks(message) } : {}),
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
        ...(threadTs ? { thread_ts: threadTs } : {}),
      });
      return posted.ts ?? '';
    },
    async postEphemeral(conversationId, slackUserId, message) {
      await client.chat.postEphemeral({
        channel: conversationId,
        user: slackUserId,
        text: message.text,
        blocks: blocks(message),
      });
    },
    async update(conversationId, ts, message) {
      await client.chat.update({ channel: conversationId, ts, text: message.text, blocks: blocks(message) });
    },
    async directConversation(slackUserId) {
      const opened = await client.conversations.open({ users: slackUserId });
      return opened.channel?.id ?? '';
    },
    async publishHome(slackUserId, view) {
      await client.views.publish({ user_id: slackUserId, view });
    },
    async updateView(viewId, view) {
      await client.views.update({ view_id: viewId, view });
    },
    async upload(conversationId, file) {
      // Not the client's own upload: it wants the whole file in memory, and sends it within the time of a message.
      const { size } = await stat(file.path);
      const place = await client.files.getUploadURLExternal({ filename: file.name, length: size });
      const { upload_url: url, file_id: id } = place;
      if (url === undefined || id === undefined) throw new Error('Slack gave no address for an upload');
      await sendFile(new URL(url), { ...file, size });
      file.signal?.throwIfAborted();
      await client.files.completeUploadExternal({
        files: [{ id, title: file.name }],
        channel_id: conversationId,
        ...(file.comment ? { initial_comment: escapeText(file.comment) } : {}),
        ...(file.threadTs ? { thread_ts: file.threadTs } : {}),
      } as Parameters<WebClient['files']['completeUploadExternal']>[0]);
      return isShared(id, conversationId);
    },
    fileFacts,
    async withFile(facts, mostBytes, work) {
      const tooLarge = () =>
        invalidInput(
          `${facts.name} is larger than ${Math.floor(mostBytes / 1024 / 1024)} MB, the most that can be read. Split it and drop the parts.`,
        );
      if (facts.size > mostBytes) throw tooLarge();
      const url = facts.downloadUrl === null || !URL.canParse(facts.downloadUrl) ? null : new URL(facts.downloadUrl);
      if (url === null || !mayHaveToken(url, config.apiUrl)) {
        throw invalidInput(
          `${facts.name} does not lie in this Slack workspace, so it cannot be read here. Download it and drop it again.`,
        );
      }
      return withOwnFile(async (path) => {
        await download(url, path, facts, mostBytes, tooLarge).catch((error: unknown) => {
          throw downloadProblem(error, facts.name);
        });
        return work(path);
      });
    },
  };
}

/** Bolt's and the client's own words go to the debug log: they may quote requests. */
export function quietLogger(log: Logger) {
  // Bodies hold what people see, links to accounts among it, which stand in no log line.
  const holdsBody = (word: string) => /^http request (body|result)/.test(word);
  const say = (...words: readonly unknown[]) => {
    const told = words.filter((word) => typeof word === 'string').filter((word) => !holdsBody(word));
    if (told.length > 0) log.debug({ words: told }, 'slack client');
  };
  return { debug: say, info: say, warn: say, error: say, setLevel() {}, getLevel: () => 'info' as never, setName() {} };
}
