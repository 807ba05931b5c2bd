import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One figure that is looked up when somebody asks; a label's values are words of the program, never of people. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly values: readonly { readonly of?: string; readonly value: number }[];
}

/** What a process tells Prometheus about itself. */
export interface Metrics {
  /** @param route as it is declared, such as `/v1/session`; null where nothing was found */
  requestAnswered(request: { method: string; route: string | null; status: number; seconds: number }): void;
  /** @param kind what Slack sent, such as `command` */
  deliveryArrived(kind: string): void;
  jobEnded(job: string, outcome: string): void;
  /** Everything in Prometheus' text format, with these figures. */
  text(figures: readonly Figure[]): Promise<{ readonly contentType: string; readonly text: string }>;
}

// From a request that asks the database once to one that waits for a directory.
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes the metrics of one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'usher_http_request_duration_seconds',
    help: 'HTTP requests by what they asked and how they were answered',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: seconds,
    registers,
  });
  const deliveries = new Counter({
    name: 'usher_slack_deliveries_total',
    help: 'What Slack sent to this process, its retries among it',
    labelNames: ['kind'] as const,
    registers,
  });
  const jobRuns = new Counter({
    name: 'usher_job_runs_total',
    help: 'Runs of jobs by this process',
    labelNames: ['job', 'outcome'] as const,
    registers,
  });
  let isMeasured = false;
  return {
    requestAnswered: ({ method, route, status, seconds: took }) =>
      requests.observe({ method, route: route ?? 'none', status }, took),
    deliveryArrived: (kind) => deliveries.inc({ kind }),
    jobEnded: (job, outcome) => jobRuns.inc({ job, outcome }),
    async text(figures) {
      // Watching the event loop costs a little; it begins when somebody asks for it.
      if (!isMeasured) collectDefaultMetrics({ register: registry });
      isMeasured = true;
      const looked = new Registry();
      for (const { name, help, label, values } of figures) {
        const gauge = new Gauge({ name, help, labelNames: label === undefined ? [] : [label], registers: [looked] });
        for (const { of, value } of values)
          gauge.set(label === undefined || of === undefined ? {} : { [label]: of }, value);
      }
      return { contentType: registry.contentType, text: `${await registry.metrics()}\n${await looked.metrics()}` };
    },
  };
}
