import type { FastifyReply } from 'fastify';
import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { stylesheetUrl } from './stylesheet';

/** What a page needs besides its contents. */
export interface Page {
  /** Shown in the browser's tab; the site's name is added. */
  readonly title: string;
  readonly content: JSX.Element;
}

function Brand(): JSX.Element {
  return (
    <span class="brand">
      <svg viewBox="0 0 28 28" aria-hidden="true" focusable="false">
        <rect class="brand-ground" width="28" height="28" rx="8" />
        <path class="brand-sign" d="M9 8.5v6a5 5 0 0 0 10 0v-6" />
      </svg>
      Usher
    </span>
  );
}

const signs = {
  good: 'M5 12.5l4.5 4.5L19 7.5',
  warn: 'M12 7v6.5M12 17.5v.01',
  bad: 'M7 7l10 10M17 7L7 17',
} as const;

/** The round sign over a page's heading. It says nothing that the heading does not say. */
export function Sign({ kind }: { readonly kind: keyof typeof signs }): JSX.Element {
  return (
    <div class={`sign sign-${kind}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path d={signs[kind]} />
      </svg>
    </div>
  );
}

/** The white card that holds what a page is about. */
export function Card({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="card">{children}</div>;
}

/**
 * Something to read before the rest of a page. `alert`: what was asked for did not happen; takes the focus when the page
 * opens.
 */
export function Notice(props: {
  readonly kind: 'good' | 'warn' | 'bad';
  readonly alert?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const alert =
    props.alert === true ? ({ role: 'alert', tabIndex: -1, autofocus: true } as const) : ({ role: 'status' } as const);
  return (
    <div class={`notice notice-${props.kind}`} {...alert}>
      {props.children}
    </div>
  );
}

/** A link that leads on, in the shape of a button. */
export function LinkButton(props: {
  readonly href: string;
  readonly look?: 'main' | 'plain';
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <a class={`button ${props.look ?? 'main'}`} href={props.href}>
      {props.children}
    </a>
  );
}

/** A page that only says something: a sign, a heading and sentences. */
export function Message(props: {
  readonly sign: keyof typeof signs;
  readonly heading: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <Card>
      <Sign kind={props.sign} />
      <h1>{props.heading}</h1>
      {props.children}
    </Card>
  );
}

/** The whole document as HTML. All text from people is escaped by the renderer. */
export function renderPage(page: Page): string {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${page.title} · Usher`}</title>
        <link rel="stylesheet" href={stylesheetUrl} />
      </head>
      <body>
        <header class="frame top">
          <Brand />
        </header>
        <main class="frame">{page.content}</main>
        <footer class="frame bottom">
          Usher looks after the accounts of your test-management platform. Your admins can help you with yours.
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(document)}`;
}

/** Leads on to another address of this site, after a form too. */
export function leadTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(path, 303);
}

/** Answers with a page. No page is ever stored by a browser or a proxy, for it may stand behind a secret address. */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(renderPage(page));
}
