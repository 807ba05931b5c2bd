import type { ServerResponse } from 'node:http';

/** Headers of everything that this server sends. */
const everyAnswer = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

export type Headers = Readonly<Record<string, string>>;

export function sendBytes(response: ServerResponse, status: number, bytes: Buffer | string, headers: Headers): void {
  response.writeHead(status, { ...everyAnswer, 'Content-Length': Buffer.byteLength(bytes), ...headers });
  response.end(bytes);
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  sendBytes(response, status, JSON.stringify(body), { 'Content-Type': 'application/json; charset=utf-8', ...headers });
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  sendBytes(response, status, text, { 'Content-Type': 'text/plain; charset=utf-8' });
}

/** A file to keep, never to be shown as a page of this origin. */
export function sendDownload(
  response: ServerResponse,
  file: { readonly name: string; readonly mimetype: string; readonly bytes: Buffer },
): void {
  sendBytes(response, 200, file.bytes, {
    'Content-Type': file.mimetype,
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
}
