import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { unpackRows } from './row-packing';
import { defaultSheetLimits, type SheetKind, type SheetLimits, type SheetRow, SheetUnreadable } from './sheet.types';
import { type CreditMessage, initialCredits, type SheetTask, type WorkerMessage } from './sheet-messages';

export interface ReadSheetOptions {
  /** Tightens or loosens single limits of `defaultSheetLimits`. */
  readonly limits?: Partial<SheetLimits>;
  /** Ends the reading; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told once what the file is, before the first rows; not called for a file that is no spreadsheet. */
  readonly onKind?: (kind: SheetKind) => void;
}

/**
 * Reads the rows of a spreadsheet file (the first visible sheet of an .xlsx, or a CSV, told apart by content) in batches
 * of at most 250, in a worker thread that waits while the consumer works. Nothing starts before the first `next`;
 * leaving the loop early ends the worker; no temporary files are made.
 *
 * Throws `SheetUnreadable` for whatever is wrong with the file, also when reading it takes too much memory or time.
 * Rows can come before such an error, so apply nothing until the iteration has ended. A file that cannot be opened
 * throws the error of the operating system.
 */
export async function* readSheet(path: string, options: ReadSheetOptions = {}): AsyncGenerator<readonly SheetRow[]> {
  const { signal, onKind } = options;
  signal?.throwIfAborted();
  const limits = { ...defaultSheetLimits, ...options.limits };
  const inbox = createInbox(signal);
  const worker = startWorker({ path, limits });
  let batchesHere = 0;
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'rows') batchesHere += 1;
    // With every credit used up the worker can only wait, and that time is not its own.
    if (batchesHere === initialCredits) deadline.pause();
    inbox.put(message);
  });
  worker.on('error', (error) => inbox.fail(asUnreadable(error)));
  worker.on('exit', (code) => inbox.fail(new Error(`The spreadsheet worker ended with code ${code}`)));
  const deadline = startDeadline(limits.deadlineMs, () => inbox.fail(new SheetUnreadable('timeout')));
  try {
    for (;;) {
      const message = await inbox.take();
      switch (message.type) {
        case 'kind':
          onKind?.(message.kind);
          break;
        case 'rows':
          yield unpackRows(message.rows);
          batchesHere -= 1;
          deadline.resume();
          worker.postMessage({ type: 'credit' } satisfies CreditMessage);
          break;
        case 'done':
          return;
        case 'unreadable':
          throw new SheetUnreadable(message.reason, message.message);
        case 'failed':
          throw Object.assign(message.error, { code: message.code });
      }
    }
  } finally {
    deadline.pause();
    inbox.close();
    await worker.terminate();
  }
}

function startWorker(task: SheetTask): Worker {
  const extension = extname(__filename);
  return new Worker(join(__dirname, `sheet-worker${extension}`), {
    workerData: task,
    // Under jest and tsx this file is still TypeScript, which a worker cannot load by itself.
    execArgv: extension === '.ts' ? ['--require', require.resolve('tsx/cjs')] : [],
    resourceLimits: { maxOldGenerationSizeMb: task.limits.heapMb, maxYoungGenerationSizeMb: 16 },
  });
}

function asUnreadable(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new SheetUnreadable('too_large')
    : error;
}

interface Inbox {
  put(message: WorkerMessage): void;
  fail(error: unknown): void;
  /** The next message, in order; throws what `fail` was given once the messages before it are taken. */
  take(): Promise<WorkerMessage>;
  close(): void;
}

function createInbox(signal: AbortSignal | undefined): Inbox {
  const messages: WorkerMessage[] = [];
  let failure: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const onAbort = () => {
    messages.length = 0;
    failure = { error: signal?.reason };
    wake?.();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    put(message) {
      messages.push(message);
      wake?.();
    },
    fail(error) {
      failure ??= { error };
      wake?.();
    },
    async take() {
      for (;;) {
        const message = messages.shift();
        if (message) return message;
        if (failure) throw failure.error;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => signal?.removeEventListener('abort', onAbort),
  };
}

/** Runs out after so many milliseconds in which it was not paused. */
function startDeadline(milliseconds: number, onExpired: () => void) {
  let left = milliseconds;
  let startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined = setTimeout(onExpired, left);
  return {
    pause() {
      if (!timer) return;
      clearTimeout(timer);
      timer = undefined;
      left -= performance.now() - startedAt;
    },
    resume() {
      if (timer) return;
      startedAt = performance.now();
      timer = setTimeout(onExpired, Math.max(0, left));
    },
  };
}
