import type { Clock } from '../../lib/clock';
import type { Work } from '../work';
import type { Answer, Delivery, Retry, Transport } from './delivery';
import type { DeliveryLog } from './delivery-log';

/** Slack's waits before it sends an event the second, third and fourth time. */
const retryDelaysMs = [0, 60_000, 300_000];

/** Brings deliveries to the app and writes down how it went. */
export interface Courier {
  /** Commands, interactions and options: once, and the answer matters. */
  deliver(delivery: Delivery): Promise<Answer>;
  /** Events: in the background, up to four times. */
  announce(delivery: Delivery): void;
}

function reasonOf(answer: Answer): string {
  if (answer.outcome === 'operation_timeout') return 'http_timeout';
  return answer.outcome === 'dispatch_failed' ? answer.reason : '';
}

export interface CourierOptions {
  readonly transport: Transport;
  readonly log: DeliveryLog;
  readonly work: Work;
  readonly clock: Clock;
  readonly retryDelayScale: number;
}

export function createCourier({ transport, log, work, clock, retryDelayScale }: CourierOptions): Courier {
  const attempt = async (delivery: Delivery, retry: Retry | null): Promise<Answer> => {
    const startedAt = clock.now();
    const started = performance.now();
    const answer = await transport.send(delivery, retry);
    log.add({
      kind: delivery.kind,
      name: delivery.name,
      payload: delivery.payload,
      retry,
      startedAt,
      durationMs: performance.now() - started,
      outcome: answer.outcome,
      status: answer.outcome === 'operation_timeout' ? null : answer.status,
      answer: answer.outcome === 'acknowledged' ? answer.body : undefined,
    });
    return answer;
  };
  const announce = async (delivery: Delivery, retry: Retry | null): Promise<void> => {
    const answer = await attempt(delivery, retry);
    const failed = answer.outcome === 'operation_timeout' || (answer.outcome === 'dispatch_failed' && answer.mayRetry);
    const done = retry?.number ?? 0;
    const delayMs = retryDelaysMs[done];
    if (!failed || delayMs === undefined) return;
    work.later(delayMs * retryDelayScale, () => announce(delivery, { number: done + 1, reason: reasonOf(answer) }));
  };
  return {
    deliver(delivery) {
      const answer = attempt(delivery, null);
      work.track(answer);
      return answer;
    },
    announce: (delivery) => work.track(announce(delivery, null)),
  };
}
