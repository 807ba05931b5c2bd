import { createHmac, randomUUID } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/** What to ask of a running Usher, again and again. */
export interface LoadOrder {
  /** Where Slack's deliveries go. */
  readonly url: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly conversationId: string;
  /** All of them are sent at once. */
  readonly commands: readonly { readonly slackUserId: string; readonly typed: string }[];
  /** Milliseconds between the last answer of a round and the next round. */
  readonly breath: number;
}

/** One round, a line of JSON. Milliseconds; an answer is the first thing that comes to a command's response_url. */
export interface LoadRound {
  /** Whether each command went over a connection of the round before, as a proxy may do; else all opened new ones. */
  readonly kept: boolean;
  /** When it began, as Date.now() says. */
  readonly at: number;
  readonly acknowledged: readonly number[];
  readonly answered: readonly number[];
  /** Commands that were not acknowledged, not answered, or refused, in words. */
  readonly failures: readonly string[];
}

// Slack waits three seconds; what is late counts with all of its time.
const longestAcknowledgement = 30_000;
const longestAnswer = 60_000;
/** Signs of answers that say that something went wrong. */
const refused = /"(boom|warning|no_entry|hourglass_flowing_sand|mag)"/;

const waiting = new Map<string, (body: string) => void>();

/** The conversation's other end: takes what comes to a response_url. */
async function takeAnswers(): Promise<string> {
  const server = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      response.end('ok');
      waiting.get(incoming.url ?? '')?.(body);
    });
  });
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Acknowledgement {
  readonly status: number;
  readonly isReused: boolean;
}

/** Sends one delivery as Slack does. */
function send({ url, signingSecret }: LoadOrder, agent: Agent, body: string): Promise<Acknowledgement> {
  const at = String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex');
  return new Promise((done, failed) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        timeout: longestAcknowledgement,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          'x-slack-signature': `v0=${mac}`,
          'x-slack-request-timestamp': at,
        },
      },
      (response) =>
        response.resume().once('end', () => done({ status: response.statusCode ?? 0, isReused: sent.reusedSocket })),
    )
      .once('timeout', function timedOut(this: { destroy(error: Error): void }) {
        this.destroy(new Error('not acknowledged in time'));
      })
      .once('error', failed)
      .end(body);
  });
}

async function ask(
  order: LoadOrder,
  origin: string,
  agent: Agent,
  { slackUserId, typed }: LoadOrder['commands'][number],
) {
  const path = `/${randomUUID()}`;
  const [command = '', ...words] = typed.split(' ');
  const body = new URLSearchParams({
    command,
    text: words.join(' '),
    user_id: slackUserId,
    team_id: order.teamId,
    channel_id: order.conversationId,
    is_enterprise_install: 'false',
    response_url: `${origin}${path}`,
    trigger_id: path.slice(1),
  }).toString();
  const since = performance.now();
  const answer = new Promise<{ body: string; after: number }>((done, failed) => {
    const late = setTimeout(() => failed(new Error('not answered in time')), longestAnswer);
    waiting.set(path, (said) => {
      clearTimeout(late);
      done({ body: said, after: performance.now() - since });
    });
  });
  // It is waited for below, unless the acknowledgement fails first.
  answer.catch(() => undefined);
  try {
    const { status, isReused } = await send(order, agent, body);
    const acknowledged = performance.now() - since;
    if (status !== 200) throw new Error(`acknowledged with ${status}`);
    const { body: said, after } = await answer;
    if (refused.test(said)) throw new Error(said.slice(0, 300));
    return { acknowledged, answered: after, isReused };
  } catch (error) {
    throw new Error(`${typed}: ${(error as Error).message}`);
  } finally {
    waiting.delete(path);
  }
}

// A process of its own, so that what asks does not take the time of what answers: its argument is a LoadOrder as JSON.
// It goes on until its input ends, and prints each round.
async function main(order: LoadOrder): Promise<void> {
  const origin = await takeAnswers();
  const stop = new AbortController();
  process.stdin.resume().once('end', () => stop.abort());
  let agent = new Agent({ keepAlive: true });
  for (let number = 0; !stop.signal.aborted; number += 1) {
    if (number % 2 === 0) {
      agent.destroy();
      agent = new Agent({ keepAlive: true });
    }
    const at = Date.now();
    const ends = await Promise.allSettled(order.commands.map((command) => ask(order, origin, agent, command)));
    const went = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const round: LoadRound = {
      kept: went.length > 0 && went.every(({ isReused }) => isReused),
      at,
      acknowledged: went.map(({ acknowledged }) => acknowledged),
      answered: went.map(({ answered }) => answered),
      failures: ends.flatMap((end) => (end.status === 'rejected' ? [(end.reason as Error).message] : [])),
    };
    process.stdout.write(`${JSON.stringify(round)}\n`);
    await pause(order.breath, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  agent.destroy();
}

void main(JSON.parse(process.argv[2] ?? '{}') as LoadOrder);
