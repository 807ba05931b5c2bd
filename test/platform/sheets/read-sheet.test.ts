import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readSheet } from '../../../src/platform/sheets/read-sheet';
import { type SheetKind, SheetUnreadable } from '../../../src/platform/sheets/sheet.types';
import { buildPrograms } from '../../support/built-program';
import { hostileFiles } from './hostile-files';
import type { ReadReport } from './read-and-report';
import { fixturePath, openFolder, readRows, textsOf } from './sheet-files';
import { buildXlsx } from './zip-builder';

let files: Awaited<ReturnType<typeof openFolder>>;
let manyRows: string;
beforeAll(async () => {
  files = await openFolder();
  const rows = Array.from(
    { length: 50_000 },
    (_, index) => `<row><c><v>${index}</v></c><c t="str"><v>Zoë</v></c></row>`,
  );
  manyRows = await files.write(buildXlsx({ rows: rows.join('') }));
});
afterAll(() => files.remove());

const openWorkers = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker');

test('the kind is told before the first rows', async () => {
  const seen: Array<SheetKind | number> = [];
  const onKind = (kind: SheetKind) => seen.push(kind);
  for await (const rows of readSheet(fixturePath('people-openpyxl.xlsx'), { onKind })) seen.push(rows.length);
  for await (const rows of readSheet(await files.write('a,b\n', 'x.xlsx'), { onKind })) seen.push(rows.length);
  expect(seen).toEqual(['xlsx', 13, 'csv', 1]);
});

test('links, kinds, formulas and gaps come through the worker', async () => {
  const rows = await readRows(fixturePath('prefixed.xlsx'));
  expect(rows[1]).toMatchObject({ number: 5, cells: { length: 10 } });
  expect(rows[1]?.cells[0]).toEqual({ text: 'Ada Lovelace', kind: 'text', link: 'mailto:ada@example.com' });
  expect(rows[1]?.cells[3]).toEqual({ text: 'X', kind: 'text', formula: true });
  expect(rows[1]?.cells[2]).toBeUndefined();
});

test('rows come in order, in batches of at most 250, and the main thread stays free', async () => {
  await readRows(manyRows);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let expected = 0;
  for await (const rows of readSheet(manyRows)) {
    expect(rows.length).toBeLessThanOrEqual(250);
    for (const row of rows) {
      if (row.number !== expected + 1) throw new Error(`row ${row.number} follows ${expected}`);
      expected += 1;
    }
  }
  delay.disable();
  expect(expected).toBe(50_000);
  // The maximum is the benchmark's matter: on a busy machine it measures the other processes.
  expect(delay.percentile(90) / 1e6).toBeLessThan(50);
});

test('a slow consumer is waited for, and its time is not the deadline’s', async () => {
  let rows = 0;
  let slow = 4;
  for await (const batch of readSheet(manyRows, { limits: { deadlineMs: 4000 } })) {
    rows += batch.length;
    if (slow > 0) await pause(1500);
    slow -= 1;
  }
  expect(rows).toBe(50_000);
});

test('the deadline ends a file that takes too long', async () => {
  await expect(readRows(manyRows, { limits: { deadlineMs: 5 } })).rejects.toMatchObject({ reason: 'timeout' });
});

test('leaving the loop early ends the worker', async () => {
  for await (const rows of readSheet(manyRows)) {
    expect(rows.length).toBeGreaterThan(0);
    break;
  }
  expect(openWorkers()).toEqual([]);
});

test('an aborted signal ends the reading with its reason', async () => {
  const abort = new AbortController();
  const read = async () => {
    for await (const _ of readSheet(manyRows, { signal: abort.signal })) abort.abort(new Error('stopped by Ada'));
  };
  await expect(read()).rejects.toThrow('stopped by Ada');
  expect(openWorkers()).toEqual([]);
  await expect(readRows(manyRows, { signal: abort.signal })).rejects.toThrow('stopped by Ada');
});

test('an abort while nothing has come yet is heard at once', async () => {
  const reading = readRows(manyRows, { signal: AbortSignal.timeout(10) });
  await expect(reading).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a worker out of memory makes the file unreadable, and the process lives', async () => {
  await expect(readRows(manyRows, { limits: { heapMb: 4 } })).rejects.toMatchObject({ reason: 'too_large' });
});

test('limits that the caller tightens are kept', async () => {
  await expect(readRows(manyRows, { limits: { maxRows: 10 } })).rejects.toMatchObject({ reason: 'too_many_rows' });
  await expect(readRows(manyRows, { limits: { maxBytes: 10 } })).rejects.toMatchObject({ reason: 'too_large' });
  await expect(readRows(manyRows, { limits: { maxInflatedBytes: 10 } })).rejects.toMatchObject({ reason: 'too_large' });
});

test('rows that came before a fault are handed on, also fewer than a batch', async () => {
  let seen = 0;
  const reading = async () => {
    for await (const rows of readSheet(manyRows, { limits: { maxRows: 2000 } })) seen += rows.length;
  };
  await expect(reading()).rejects.toMatchObject({ reason: 'too_many_rows' });
  // A chunk of this file holds more than four batches and less than five.
  expect(seen).toBeGreaterThan(1000);
  expect(seen).toBeLessThan(1250);
});

test('a file that is not there is the system’s error, not the file’s', async () => {
  const error = await readRows('/nonexistent/people.xlsx').catch((reason: unknown) => reason);
  expect(error).not.toBeInstanceOf(SheetUnreadable);
  expect(error).toMatchObject({ code: 'ENOENT' });
});

describe('hostile files', () => {
  let programs: string;
  let temporary: string;
  beforeAll(async () => {
    programs = join(files.folder, 'programs');
    temporary = join(files.folder, 'temporary');
    await mkdir(temporary);
    await buildPrograms(['test/platform/sheets/read-and-report.ts', 'src/platform/sheets/sheet-worker.ts'], programs);
  });

  test.each(hostileFiles)(
    '$what: the answer is $answer',
    async ({ answer, build }) => {
      const path = await files.write(await build());
      const program = join(programs, 'read-and-report.js');
      const env = { TMPDIR: temporary };
      const { stdout } = await promisify(execFile)(process.execPath, [program, path], { env });
      await rm(path);
      const report = JSON.parse(stdout) as ReadReport;
      expect(report.answer).toBe(answer);
      expect(report.megabytes).toBeLessThan(300);
      expect(await readdir(temporary)).toEqual([]);
    },
    60_000,
  );
});

test('reading goes on as before after all of them', async () => {
  expect(textsOf(await readRows(fixturePath('hidden-first-sheet.xlsx')))).toEqual([['visible']]);
});
