import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject, parseJson, stringOr } from '../json';
import type { PersonActs } from '../person-acts';
import {
  clientHeader,
  clientPath,
  type DropSampleBody,
  type PostActionBody,
  type PostSuggestionBody,
  type SubmitViewBody,
} from '../protocol';
import { Refused } from '../refused';
import { sendBytes, sendDownload, sendJson } from './answers';
import { isMultipart, readBody, readForm } from './body';
import { streamEvents } from './event-stream';

const longestCall = 1024 * 1024;

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly acts: PersonActs;
  readonly as: string;
  readonly query: URLSearchParams;
  /** What stood in the path where the route has `*`. */
  readonly id: string;
  readonly maxFileBytes: number;
}

type Handler = (asked: Asked) => unknown;

async function bodyOf({ request }: Asked): Promise<JsonObject> {
  const body = parseJson((await readBody(request, longestCall)).toString('utf8'));
  if (!isJsonObject(body)) throw new Refused('The page sent something that is no JSON object.');
  return body;
}

function text(body: JsonObject, key: string): string {
  const value = body[key];
  if (typeof value !== 'string') throw new Refused(`The page sent no ${key}.`);
  return value;
}

function object(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  if (!isJsonObject(value)) throw new Refused(`The page sent no ${key}.`);
  return value;
}

/** Mail is shown in a frame of its own: its styles may apply there, and nothing in it may run or load. */
const mailPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; " +
  'sandbox allow-popups allow-popups-to-escape-sandbox';

const withHeader: Readonly<Record<string, Handler>> = {
  'GET /boot': ({ acts, query }) => acts.boot(query.get('as')),
  'GET /conversations/*/messages': ({ acts, as, id }) => ({ messages: acts.messages(as, id) }),
  'POST /messages': async (asked) => {
    const body = await bodyOf(asked);
    const threadTs = stringOr(body.threadTs, undefined);
    const message = { conversationId: text(body, 'conversationId'), text: text(body, 'text') };
    await asked.acts.post(asked.as, threadTs === undefined ? message : { ...message, threadTs });
    return {};
  },
  'POST /actions': async (asked) => {
    const body = await bodyOf(asked);
    const action = object(body, 'action');
    for (const key of ['type', 'block_id', 'action_id']) text(action, key);
    object(body, 'container');
    await asked.acts.use(asked.as, { ...body, state: body.state ?? {} } as unknown as PostActionBody);
    return {};
  },
  'POST /suggestions': async (asked) => {
    const body = await bodyOf(asked);
    object(body, 'container');
    for (const key of ['blockId', 'actionId', 'value']) text(body, key);
    return asked.acts.suggest(asked.as, body as unknown as PostSuggestionBody);
  },
  'POST /files': async ({ request, acts, as, query, maxFileBytes }) => {
    if (!isMultipart(request)) throw new Refused('The page sent no file.');
    const [file] = (await readForm(request, maxFileBytes)).files;
    if (!file) throw new Refused('The page sent no file.');
    const conversationId = query.get('conversationId');
    const threadTs = query.get('threadTs');
    return acts.upload(as, {
      ...file,
      ...(conversationId === null ? {} : { conversationId }),
      ...(threadTs === null ? {} : { threadTs }),
    });
  },
  'POST /samples': async (asked) => {
    const body = await bodyOf(asked);
    const drop: DropSampleBody = { name: text(body, 'name'), conversationId: text(body, 'conversationId') };
    return asked.acts.dropSample(asked.as, drop.name, drop.conversationId);
  },
  'POST /home': ({ acts, as }) => ({ view: acts.openHome(as) }),
  'POST /views/*/submit': async (asked) => {
    const state = object(await bodyOf(asked), 'state') as SubmitViewBody['state'];
    return { errors: await asked.acts.submit(asked.as, asked.id, state) };
  },
  'POST /views/*/close': async (asked) => {
    await asked.acts.close(asked.as, asked.id, (await bodyOf(asked)).clear === true);
    return {};
  },
  'GET /views': ({ acts, as }) => ({ stack: acts.stack(as) }),
  'GET /mail': ({ acts }) => ({ mails: acts.mails() }),
  'GET /mail/*': ({ acts, id }) => acts.mail(id),
};

/** What a browser asks for on its own, without a header of ours. */
const plain: Readonly<Record<string, Handler>> = {
  'GET /events': ({ acts, as, request, response }) => streamEvents(acts, as, request, response),
  'GET /files/*/*': ({ acts, as, id, response }) => sendDownload(response, acts.download(as, id)),
  'GET /mail/*/html': ({ acts, id, response }) => {
    const { html, text: plainText } = acts.mail(id);
    const body = html ?? `<pre>${plainText.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</pre>`;
    const page = `<base target="_blank">${body}`;
    sendBytes(response, 200, page, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': mailPolicy,
    });
  },
};

function match(routes: Readonly<Record<string, Handler>>, method: string, path: string): [Handler, string] | null {
  for (const [route, handler] of Object.entries(routes)) {
    const pattern = new RegExp(`^${route.replace(/\*/g, '([^/]+)')}$`);
    const found = pattern.exec(`${method} ${path}`);
    if (found) return [handler, decodeURIComponent(found[1] ?? '')];
  }
  return null;
}

export interface ClientOptions {
  readonly acts: PersonActs;
  readonly maxFileBytes: number;
}

/** Answers a call of the page. */
export async function answerClient(
  { acts, maxFileBytes }: ClientOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const method = request.method ?? 'GET';
  const path = url.pathname.slice(clientPath.length);
  const asked = {
    request,
    response,
    acts,
    as: url.searchParams.get('as') ?? '',
    query: url.searchParams,
    maxFileBytes,
  };
  try {
    const direct = match(plain, method, path);
    if (direct) {
      await direct[0]({ ...asked, id: direct[1] });
      return;
    }
    if (request.headers[clientHeader] !== '1') throw new Refused('Only the page of this workspace may ask that.', 403);
    const found = match(withHeader, method, path);
    if (!found) throw new Refused('There is no such call.', 404);
    sendJson(response, 200, await found[0]({ ...asked, id: found[1] }));
  } catch (error) {
    if (!(error instanceof Refused) || response.headersSent) throw error;
    sendJson(response, error.status, { error: error.message });
  }
}
