import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { sendBytes, sendText } from './answers';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  map: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

const notBuilt =
  'The page of the local workspace is not built: page.js is missing in its directory. Run the build (see package.json).';

/** `dist/page`, whether this runs from `src` or from `dist`. */
export function defaultPageDirectory(): string {
  const built = resolve(__dirname, '../../../page');
  return existsSync(resolve(built, 'page.js')) ? built : resolve(__dirname, '../../../dist/page');
}

function document(title: string): string {
  const safe = title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${safe}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
  </head>
  <body>
    <div id="page"></div>
    <noscript>This page needs JavaScript.</noscript>
    <script type="module" src="/page.js"></script>
  </body>
</html>
`;
}

/** Whether a path is the page or a part of its bundle. */
export function isPagePath(path: string): boolean {
  return path === '/' || /^\/[\w-]+(\.[\w-]+)*\.(js|css|map|svg|woff2)$/.test(path);
}

/** Sends the page, or a part of its bundle. */
export async function sendPage(
  response: ServerResponse,
  directory: string,
  path: string,
  title: string,
): Promise<void> {
  const headers = { 'Content-Security-Policy': policy, 'X-Frame-Options': 'DENY' };
  if (path === '/') {
    if (!existsSync(resolve(directory, 'page.js'))) sendText(response, 503, notBuilt);
    else sendBytes(response, 200, document(title), { ...headers, 'Content-Type': 'text/html; charset=utf-8' });
    return;
  }
  try {
    const bytes = await readFile(resolve(directory, path.slice(1)));
    const type = types[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    sendBytes(response, 200, bytes, { ...headers, 'Content-Type': type });
  } catch {
    sendText(response, 404, notBuilt);
  }
}
