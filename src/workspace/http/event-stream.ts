import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PersonActs } from '../person-acts';

const beatEveryMs = 15_000;

/** Sends a person's events until their page goes away. */
export function streamEvents(acts: PersonActs, as: string, request: IncomingMessage, response: ServerResponse): void {
  const stop = acts.subscribe(as, (event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Accel-Buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const beat = setInterval(() => response.write(': still here\n\n'), beatEveryMs);
  beat.unref();
  const end = () => {
    clearInterval(beat);
    stop();
  };
  request.on('close', end);
  response.on('close', end);
}
