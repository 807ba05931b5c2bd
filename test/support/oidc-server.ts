import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort, guarded } from './programs';

/** What a client of the server is set with; the secret has what must be encoded in a header. */
export const oidcClient = { id: 'usher', secret: 'secret of tests: 100% & + :' } as const;

/** A real OpenID provider of one test file, on 127.0.0.1. */
export interface OidcServer {
  readonly issuer: string;
  /** The settings that name it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Signs in there as a browser of its own would, and gives where that is sent back to. @param url that of the provider */
  signIn(url: string, login: string): Promise<string>;
  /** The same, and presses “Cancel”. */
  cancel(url: string): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A browser at the provider: follows redirects and keeps cookies, until it would be sent to another host. */
function newGuest(issuer: string) {
  const cookies = new Map<string, string>();
  async function visit(address: string, form?: Record<string, string>): Promise<{ url: string; body: string }> {
    let url = new URL(address, issuer);
    let init: RequestInit = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    while (url.origin === issuer) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      const body = await response.text();
      const next = response.headers.get('location');
      if (next === null) return { url: url.href, body };
      url = new URL(next, url);
      init = {};
    }
    return { url: url.href, body: '' };
  }
  return { visit };
}

function linkTo(body: string, pattern: RegExp): string {
  const found = pattern.exec(body)?.[1];
  if (found === undefined) throw new Error(`the provider shows no such form: ${body.slice(0, 2000)}`);
  return found;
}

/**
 * Starts the provider; the caller stops it.
 * @param people claims by login
 */
export async function startOidcServer(people: Readonly<Record<string, object>>): Promise<OidcServer> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const program = join(__dirname, 'oidc-program.mjs');
    const args = [program, String(port), oidcClient.id, oidcClient.secret, JSON.stringify(people)];
    const started = spawn(...guarded(process.execPath, args), { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    started.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    await new Promise<void>((done, fail) => {
      started.stdout?.on('data', (chunk) => String(chunk).includes('listening') && done());
      started.once('exit', () => fail(new Error(`the provider did not start:\n${said}`)));
    });
  }

  async function stop(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((done) => ending.once('exit', done));
    ending.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    issuer,
    settings: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: oidcClient.id, OIDC_CLIENT_SECRET: oidcClient.secret },
    async signIn(url, login) {
      const { visit } = newGuest(issuer);
      const form = /<form[^>]* action="([^"]+)"/;
      const first = await visit(url);
      const second = await visit(linkTo(first.body, form), { prompt: 'login', login, password: 'any' });
      return (await visit(linkTo(second.body, form), { prompt: 'consent' })).url;
    },
    async cancel(url) {
      const { visit } = newGuest(issuer);
      const page = await visit(url);
      return (await visit(linkTo(page.body, /<a href="([^"]+)">\[ Cancel \]/))).url;
    },
    start,
    stop,
  };
}
