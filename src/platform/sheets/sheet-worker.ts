import { parentPort, workerData } from 'node:worker_threads';
import { detectSheet } from './detect-sheet';
import { readCsv } from './read-csv';
import { readXlsx } from './read-xlsx';
import { packRows, visitCells } from './row-packing';
import { type SheetRow, SheetUnreadable } from './sheet.types';
import { type CreditMessage, initialCredits, type SheetTask, type WorkerMessage } from './sheet-messages';

// Sized so that receiving a batch holds the main thread for a few milliseconds, also with wide or very long cells.
const maxBatchRows = 500;
const maxBatchCells = 10_000;
const maxBatchLength = 1024 * 1024;

const port = parentPort;
let credits = initialCredits;
let creditArrived: (() => void) | undefined;

port?.on('message', (_: CreditMessage) => {
  credits += 1;
  creditArrived?.();
});

function say(message: WorkerMessage): void {
  if (message.type === 'rows') port?.postMessage(message, [message.rows.layout.buffer]);
  else port?.postMessage(message);
}

async function sendRows(rows: readonly SheetRow[]): Promise<void> {
  while (credits === 0) {
    await new Promise<void>((resolve) => {
      creditArrived = resolve;
    });
  }
  credits -= 1;
  say({ type: 'rows', rows: packRows(rows) });
}

function* splitBatches(rows: readonly SheetRow[]): Generator<readonly SheetRow[]> {
  let start = 0;
  let cells = 0;
  let length = 0;
  for (const [index, row] of rows.entries()) {
    visitCells(row, ({ text, link }) => {
      cells += 1;
      length += text.length + (link?.length ?? 0);
    });
    if (index + 1 - start === maxBatchRows || cells >= maxBatchCells || length >= maxBatchLength) {
      yield rows.slice(start, index + 1);
      start = index + 1;
      cells = 0;
      length = 0;
    }
  }
  if (start < rows.length) yield rows.slice(start);
}

async function run({ path, limits }: SheetTask): Promise<void> {
  const kind = await detectSheet(path, limits);
  say({ type: 'kind', kind });
  for await (const rows of kind === 'xlsx' ? readXlsx(path, limits) : readCsv(path, limits)) {
    for (const batch of splitBatches(rows)) await sendRows(batch);
  }
}

run(workerData as SheetTask)
  .then(
    () => say({ type: 'done' }),
    (error: NodeJS.ErrnoException) => {
      if (error instanceof SheetUnreadable) say({ type: 'unreadable', reason: error.reason, message: error.message });
      // Cloning keeps an error's message and stack, but not its code.
      else say({ type: 'failed', error, code: error.code });
    },
  )
  .finally(() => port?.unref());
