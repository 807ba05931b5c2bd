import { parentPort, workerData } from 'node:worker_threads';
import { detectSheet } from './detect-sheet';
import { readCsv } from './read-csv';
import { readXlsx } from './read-xlsx';
import { createRowPacker, type RowPacker } from './row-packing';
import { SheetUnreadable } from './sheet.types';
import { type CreditMessage, initialCredits, type SheetTask, type WorkerMessage } from './sheet-messages';

// Sized so that receiving a batch holds the main thread for a few milliseconds, also with wide or very long cells.
const maxBatchRows = 250;
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

/** Sends the rows that are packed, when one more batch may be sent. */
async function sendRows(packer: RowPacker): Promise<void> {
  while (credits === 0) {
    await new Promise<void>((resolve) => {
      creditArrived = resolve;
    });
  }
  credits -= 1;
  say({ type: 'rows', rows: packer.take() });
}

const isFull = ({ size: { rows, cells, length } }: RowPacker) =>
  rows >= maxBatchRows || cells >= maxBatchCells || length >= maxBatchLength;

async function run({ path, limits }: SheetTask): Promise<void> {
  const kind = await detectSheet(path, limits);
  say({ type: 'kind', kind });
  const packer = createRowPacker();
  try {
    for await (const rows of kind === 'xlsx' ? readXlsx(path, limits) : readCsv(path, limits)) {
      for (const row of rows) {
        packer.add(row);
        if (isFull(packer)) await sendRows(packer);
      }
    }
  } finally {
    // What came before a fault may be what the consumer refuses the file for.
    if (packer.size.rows > 0) await sendRows(packer);
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
