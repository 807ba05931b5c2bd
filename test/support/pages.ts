import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from '../../src/platform/context';
import { createHttpServer, type HttpServerOptions } from '../../src/platform/http/server';

/** An answer of the server, read whole. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A visitor with a cookie jar of their own, as a browser has one. */
export interface Visitor {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<PageAnswer>;
  head(path: string): Promise<PageAnswer>;
  /** Posts a form as a browser does. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<PageAnswer>;
  /** Opens a page with a form and sends it with these values in the named fields, hidden ones as they are. */
  fillIn(path: string, fields: Readonly<Record<string, string>>): Promise<PageAnswer>;
  readonly cookies: Map<string, string>;
}

/** The pages, listening on 127.0.0.1. */
export interface PageServer {
  readonly url: string;
  visitor(): Visitor;
  stop(): Promise<void>;
}

/** The names and values of a page's hidden fields. */
export function hiddenFields(html: string): Record<string, string> {
  return Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

/** A visitor of the pages at this address. */
export function newVisitor(base: string): Visitor {
  const cookies = new Map<string, string>();
  async function send(path: string, init: RequestInit): Promise<PageAnswer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(`${base}${path}`, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, body: await response.text() };
  }
  const visitor: Visitor = {
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    head: (path) => send(path, { method: 'HEAD' }),
    post: (path, fields) => send(path, { method: 'POST', body: new URLSearchParams(fields) }),
    async fillIn(path, fields) {
      const page = await visitor.get(path);
      return visitor.post(path.split('?')[0] ?? path, { ...hiddenFields(page.body), ...fields });
    },
  };
  return visitor;
}

/** Starts the pages on a free port. The caller stops them. */
export async function startPages(ctx: Context, options: HttpServerOptions): Promise<PageServer> {
  const pages = await createHttpServer(ctx, options);
  const server = createServer(pages.requestListener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    visitor: () => newVisitor(url),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await pages.close();
    },
  };
}
