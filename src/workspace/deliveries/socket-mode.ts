import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isJsonObject, parseJson } from '../json';
import type { Answer, Delivery, Transport } from './delivery';

const pingEveryMs = 10_000;
const mostConnections = 10;
const closeGraceMs = 500;

const envelopeTypes = {
  command: 'slash_commands',
  interaction: 'interactive',
  options: 'interactive',
  event: 'events_api',
} as const satisfies Record<Delivery['kind'], string>;

export interface SocketMode extends Transport {
  /** The path and query that `apps.connections.open` hands out, good for one connection. */
  ticketPath(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every connection to come anew, as Slack does every few hours. */
  refresh(): void;
  connections(): number;
}

/** Deliveries as envelopes over the app's web socket. */
export function createSocketMode(options: { readonly appId: string; readonly ackTimeoutMs: number }): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const sockets = new Set<WebSocket>();
  const waiting = new Map<string, (payload: unknown) => void>();
  let turn = 0;

  const welcome = (socket: WebSocket) => {
    sockets.add(socket);
    const ping = setInterval(() => socket.ping('Ping from workspace'), pingEveryMs);
    ping.unref();
    socket.on('close', () => {
      clearInterval(ping);
      sockets.delete(socket);
    });
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      const message = parseJson(String(data));
      if (!isJsonObject(message) || typeof message.envelope_id !== 'string') return;
      waiting.get(message.envelope_id)?.(message.payload);
    });
    const hello = {
      type: 'hello',
      num_connections: sockets.size,
      debug_info: { host: 'applink-local', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: options.appId },
    };
    socket.send(JSON.stringify(hello));
  };

  return {
    ticketPath() {
      const ticket = randomBytes(16).toString('hex');
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    upgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const known = pathname === '/link/' && tickets.delete(searchParams.get('ticket') ?? '');
      if (!known || sockets.size >= mostConnections) {
        socket.end(`HTTP/1.1 ${known ? '429 Too Many Requests' : '403 Forbidden'}\r\nConnection: close\r\n\r\n`);
        return;
      }
      server.handleUpgrade(request, socket, head, welcome);
    },
    refresh() {
      const disconnect = { type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'applink-local' } };
      for (const socket of sockets) socket.send(JSON.stringify(disconnect));
    },
    connections: () => sockets.size,
    send(delivery, retry) {
      const open = [...sockets].filter((socket) => socket.readyState === socket.OPEN);
      turn += 1;
      const socket = open[turn % Math.max(1, open.length)];
      if (!socket) {
        return Promise.resolve<Answer>({
          outcome: 'dispatch_failed',
          status: null,
          reason: 'no_connection',
          mayRetry: true,
        });
      }
      const envelopeId = randomUUID();
      const acceptsPayload = delivery.kind !== 'event';
      return new Promise<Answer>((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(envelopeId);
          resolve({ outcome: 'operation_timeout' });
        }, options.ackTimeoutMs);
        waiting.set(envelopeId, (payload) => {
          clearTimeout(timer);
          waiting.delete(envelopeId);
          const body =
            acceptsPayload && !(isJsonObject(payload) && Object.keys(payload).length === 0) ? payload : undefined;
          resolve({ outcome: 'acknowledged', body, status: null });
        });
        const envelope = {
          envelope_id: envelopeId,
          payload: delivery.payload,
          type: envelopeTypes[delivery.kind],
          accepts_response_payload: acceptsPayload,
          ...(delivery.kind === 'event'
            ? { retry_attempt: retry?.number ?? 0, retry_reason: retry?.reason ?? '' }
            : {}),
        };
        socket.send(JSON.stringify(envelope));
      });
    },
    close() {
      for (const socket of sockets) {
        socket.close(1001);
        // Who is just hanging up gets time to; who is not there any more does not keep the process.
        setTimeout(() => socket.terminate(), closeGraceMs).unref();
      }
      server.close();
    },
  };
}
