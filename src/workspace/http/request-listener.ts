import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../core';
import type { PersonActs } from '../person-acts';
import { clientPath } from '../protocol';
import { Refused } from '../refused';
import { sendJson, sendText } from './answers';
import { answerClient } from './client-routes';
import { isPagePath, sendPage } from './page';
import { answerApi, answerFile, answerResponseUrl, answerUpload } from './slack-routes';

/** Names under which this server may be asked: others would be a page that had its name point here. */
const ownNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function isOwnHost(request: IncomingMessage): boolean {
  return ownNames.has((request.headers.host ?? '').replace(/:\d+$/, ''));
}

export interface ListenerOptions {
  readonly core: Core;
  readonly acts: PersonActs;
  readonly pageDirectory: string;
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

function routeFor({ core, acts, pageDirectory }: ListenerOptions, path: string): Route | null {
  if (path.startsWith(`${clientPath}/`)) {
    return (request, response, url) => answerClient({ acts, maxFileBytes: core.maxFileBytes }, request, response, url);
  }
  if (path.startsWith('/api/')) return (request, response, url) => answerApi(core, request, response, url);
  if (path.startsWith('/files-pri/')) return (request, response, url) => answerFile(core, request, response, url);
  if (path.startsWith('/upload/v1/')) return (request, response, url) => answerUpload(core, request, response, url);
  if (/^\/(commands|actions)\//.test(path)) {
    return (request, response, url) => answerResponseUrl(core, request, response, url);
  }
  if (!isPagePath(path)) return null;
  return (_request, response) => sendPage(response, pageDirectory, path, `${core.team.name} – local workspace`);
}

/** Whether the workspace answers at this path, for a host that serves other things at the same address. */
export function ownsPath(options: ListenerOptions, path: string): boolean {
  return routeFor(options, path) !== null;
}

/** The address of a request, or null where it or an escape in its path is malformed. */
function readUrl(address: string): URL | null {
  try {
    const url = new URL(address, 'http://localhost');
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return null;
  }
}

/** Answers everything that is asked of the workspace over HTTP. */
export function createRequestListener(options: ListenerOptions) {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOwnHost(request)) {
      sendText(response, 421, 'This workspace answers only at 127.0.0.1 and localhost.');
      return;
    }
    const url = readUrl(request.url ?? '/');
    if (!url) {
      sendText(response, 400, 'That address cannot be read.');
      return;
    }
    const route = routeFor(options, url.pathname);
    if (!route) sendText(response, 404, 'There is nothing here.');
    else await route(request, response, url);
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const status = error instanceof Refused ? error.status : 500;
      const message = error instanceof Error ? error.message : String(error);
      if (status === 413) response.setHeader('Connection', 'close');
      if (status === 500) options.core.log.complain({ about: `${request.method} ${request.url}`, messages: [message] });
      sendJson(response, status, { ok: false, error: status === 500 ? 'fatal_error' : message });
    });
  };
}
