import { createHmac } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { stringify } from 'node:querystring';
import { parseJson } from '../json';
import type { Answer, Delivery, Retry, Transport } from './delivery';

const longestAnswer = 1024 * 1024;

/** Slack's `v0` signature of a request's body. */
export function signature(signingSecret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function encode({ kind, payload }: Delivery): { body: string; type: string } {
  if (kind === 'event') return { body: JSON.stringify(payload), type: 'application/json' };
  const fields = kind === 'command' ? payload : { payload: JSON.stringify(payload) };
  return { body: stringify(fields as Record<string, string>), type: 'application/x-www-form-urlencoded' };
}

function failed(status: number | null, reason: string, mayRetry = true): Answer {
  return { outcome: 'dispatch_failed', status, reason, mayRetry };
}

export interface SignedHttpOptions {
  readonly signingSecret: string;
  readonly ackTimeoutMs: number;
  requestUrl(): string | null;
}

/** Deliveries as signed HTTP requests to the app's request URL. */
export function createSignedHttp({ signingSecret, ackTimeoutMs, requestUrl }: SignedHttpOptions): Transport {
  return {
    send(delivery, retry: Retry | null) {
      const url = requestUrl();
      if (url === null) return Promise.resolve(failed(null, 'no_request_url'));
      const { body, type } = encode(delivery);
      // The computer's own clock: the app's library compares with that, whatever clock the workspace was given.
      const timestamp = Math.floor(Date.now() / 1000);
      const headers: Record<string, string | number> = {
        'Content-Type': type,
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        Accept: '*/*',
        'X-Slack-Request-Timestamp': String(timestamp),
        'X-Slack-Signature': signature(signingSecret, timestamp, body),
      };
      if (retry) {
        headers['X-Slack-Retry-Num'] = String(retry.number);
        headers['X-Slack-Retry-Reason'] = retry.reason;
      }
      return new Promise<Answer>((resolve) => {
        const open = url.startsWith('https:') ? secureRequest : plainRequest;
        const request = open(url, { method: 'POST', headers, agent: false }, (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > longestAnswer) request.destroy(new Error('answer too long'));
            else chunks.push(chunk);
          });
          response.on('end', () => {
            clearTimeout(timer);
            const status = response.statusCode ?? 0;
            if (status < 200 || status > 299) {
              resolve(failed(status, 'http_error', response.headers['x-slack-no-retry'] !== '1'));
              return;
            }
            const text = Buffer.concat(chunks).toString('utf8');
            const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
            const parsed = isJson ? parseJson(text) : text;
            resolve({ outcome: 'acknowledged', body: text === '' ? undefined : parsed, status });
          });
        });
        const timer = setTimeout(() => {
          resolve({ outcome: 'operation_timeout' });
          request.destroy();
        }, ackTimeoutMs);
        request.on('error', () => {
          clearTimeout(timer);
          resolve(failed(null, 'connection_failed'));
        });
        request.end(body);
      });
    },
    close() {},
  };
}
