import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import type { Core } from '../core';
import { isJsonObject, type JsonObject, parseJson } from '../json';
import { applyResponse } from '../responses';
import { callMethod } from '../web-api/call';
import { isReadableByApp } from '../web-api/file-methods';
import { sendBytes, sendDownload, sendJson, sendText } from './answers';
import { isMultipart, readBody, readForm } from './body';

const longestCall = 4 * 1024 * 1024;

function bearerOf(request: IncomingMessage): string | null {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** `/api/METHOD`: one call of the Web API. */
export async function answerApi(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const method = url.pathname.slice('/api/'.length);
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  let args: JsonObject = Object.fromEntries(url.searchParams);
  if (isMultipart(request)) args = { ...args, ...(await readForm(request, longestCall)).fields };
  else {
    const body = (await readBody(request, longestCall)).toString('utf8');
    const parsed = isJson ? parseJson(body) : parse(body);
    if (isJson && body !== '' && !isJsonObject(parsed)) {
      sendJson(response, 200, { ok: false, error: parsed === undefined ? 'invalid_json' : 'json_not_object' });
      return;
    }
    args = { ...args, ...(isJsonObject(parsed) ? parsed : {}) };
  }
  const answer = callMethod(core, { method, args, bearer: bearerOf(request), isJson });
  sendJson(response, answer.status, answer.body, answer.headers);
}

const logInPage =
  '<!DOCTYPE html><html lang="en"><head><title>Sign in | Slack</title></head><body>Sign in</body></html>';

/** `/files-pri/…`: the bytes of a file for the bot's token; without it the log-in page, with status 200 as Slack does. */
export function answerFile(core: Core, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const id = /^\/files-pri\/[A-Z0-9]+-([A-Z0-9]+)\//.exec(url.pathname)?.[1] ?? '';
  const file = core.files.byId(id);
  const isAllowed = bearerOf(request) === core.app.botToken && core.manifest.botScopes.has('files:read');
  if (!isAllowed) sendBytes(response, 200, logInPage, { 'Content-Type': 'text/html; charset=utf-8' });
  else if (!file || !isReadableByApp(core, file)) sendText(response, 404, 'file not found');
  else sendDownload(response, file);
}

/** `/upload/v1/TICKET`: takes the bytes of a file announced with `files.getUploadURLExternal`. */
export async function answerUpload(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const upload = core.files.uploadByTicket(url.pathname.slice('/upload/v1/'.length));
  if (!upload || upload.bytes) {
    sendText(response, 404, 'no such upload');
    return;
  }
  const limit = core.maxFileBytes;
  const form = isMultipart(request) ? await readForm(request, limit) : null;
  const bytes = form ? form.files[0]?.bytes : await readBody(request, limit);
  if (bytes?.length !== upload.length) {
    sendText(response, 400, `length mismatch: ${upload.length} announced, ${bytes?.length ?? 0} sent`);
    return;
  }
  upload.bytes = bytes;
  sendText(response, 200, `OK - ${bytes.length}`);
}

/** A response_url. */
export async function answerResponseUrl(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const body = parseJson((await readBody(request, longestCall)).toString('utf8'));
  if (!isJsonObject(body)) {
    sendText(response, 400, 'invalid_payload');
    return;
  }
  const target = core.responseUrls.use(url.pathname);
  if (typeof target === 'string') {
    sendJson(response, 404, { ok: false, error: target === 'unknown_url' ? 'no_service' : target });
    return;
  }
  const refusal = applyResponse(core, target, body);
  if (!refusal) {
    sendText(response, 200, 'ok');
    return;
  }
  core.log.complain({ about: `a response_url: ${refusal.error}`, messages: refusal.messages });
  sendJson(response, refusal.error === 'message_not_found' ? 404 : 400, { ok: false, error: refusal.error });
}
