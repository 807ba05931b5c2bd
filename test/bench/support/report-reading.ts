import { peakMemory } from '../../support/peak-memory';

/** What was read, to see that two readers read the same. `characters` are UTF-16 units of the cells' texts. */
export interface ReadTotals {
  readonly rows: number;
  readonly cells: number;
  readonly characters: number;
}

/**
 * What a reader cost in a process of its own. `processorSeconds` are those of all its threads, its start among them;
 * `megabytes` is the peak of resident memory in 10^6 bytes.
 */
export interface ReadingReport extends ReadTotals {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
}

/** Runs a reader on the file named by the first argument of this process and prints a `ReadingReport` as JSON. */
export async function reportReading(read: (path: string) => Promise<ReadTotals>): Promise<void> {
  const started = performance.now();
  const totals = await read(process.argv[2] ?? '');
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage();
  const processorSeconds = (user + system) / 1e6;
  const report: ReadingReport = { ...totals, seconds, processorSeconds, megabytes: peakMemory() / 1e6 };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
