import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stream } from 'exceljs';
import { exportPeople } from '../../../src/features/exports/exports.service';
import { openDatabase } from '../../../src/platform/db/database';
import { testContext } from '../../support/context';
import type { TestDatabase } from '../../support/databases';
import { peakMemory } from '../../support/peak-memory';

/** What an export cost in a process of its own: seconds on the clock and of processors, 10^6 bytes, milliseconds. */
export interface ExportReport {
  readonly people: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly delayP99: number;
  readonly delayMax: number;
}

const token = 'AAAAAZu3m0Yx7kq2JH8fZ5sT1vWcR4nPdL6gK9bE0aXoQiUy';

/** The strings that the export of the seeded site has, made up so that nothing has to be read. */
function rowOf(index: number): string[] {
  const project = (step: number) => `Project ${1 + ((index + step) % 40)}`;
  const isInvited = index % 100 < 8;
  const status = isInvited ? 'Invited' : index % 100 < 23 ? 'Disabled' : 'Active';
  return [
    String(index),
    `Person${index}@example.com`,
    'Margaret',
    'Lovelace',
    status,
    'Internal',
    `sso${index}`,
    `ldap${index}`,
    'Tester\nTester\nTester\nTester',
    `Group ${1 + (index % 12)}`,
    `${project(0)}\n${project(7)}\n${project(14)}\nSample Project`,
    'No',
    '2026-10-01 08:00',
    isInvited ? `http://localhost:3000/activate?token=${token}` : '',
    status === 'Active' ? `http://localhost:3000/reset-password?token=${token}` : '',
  ];
}

/** exceljs' stream writer with the strings alone: no styles, no widths, nothing but the pauses that it needs. */
async function byExceljs(people: number, path: string): Promise<number> {
  const workbook = new stream.xlsx.WorkbookWriter({ filename: path });
  const sheet = workbook.addWorksheet('People');
  const { pipes } = (sheet as unknown as { stream: { pipes: (NodeJS.EventEmitter & { _writableState: object })[] } })
    .stream;
  for (let index = 1; index <= people; index += 1) {
    sheet.addRow(rowOf(index)).commit();
    if (index % 500 !== 0) continue;
    await nextTurn();
    const [pipe] = pipes;
    if (pipe && (pipe._writableState as { length: number }).length > 1e6) await once(pipe, 'drain');
  }
  sheet.commit();
  await workbook.commit();
  return people;
}

/** The least that a CSV takes: the strings with commas between them. */
async function byCommas(people: number, path: string): Promise<number> {
  const output = createWriteStream(path);
  for (let index = 1; index <= people; index += 1) {
    const line = rowOf(index)
      .map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
      .join(',');
    if (!output.write(`${line}\r\n`)) await once(output, 'drain');
  }
  output.end();
  await finished(output);
  return people;
}

async function byUsher(url: string, format: 'xlsx' | 'csv', path: string): Promise<number> {
  const db = openDatabase(url, { queryTimeout: 60_000 });
  try {
    const admin = await db('users').where({ email_key: 'admin@example.com' }).first('id');
    const ctx = testContext({ db, url } as TestDatabase, {
      actor: { kind: 'user', userId: admin.id, email: 'admin@example.com', slackId: null },
    });
    const words = { statuses: ['invited', 'active', 'disabled'] as const, project: null, group: null, text: '' };
    const { people } = await exportPeople(ctx, { words, format, links: true }, path, {
      signal: new AbortController().signal,
      moved: () => undefined,
    });
    return people;
  } finally {
    await db.destroy();
  }
}

async function main(): Promise<void> {
  const [, , what, given = '', path = ''] = process.argv;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const started = performance.now();
  const before = process.cpuUsage();
  const people =
    what === 'exceljs'
      ? await byExceljs(Number(given), path)
      : what === 'commas'
        ? await byCommas(Number(given), path)
        : await byUsher(given, what === 'csv' ? 'csv' : 'xlsx', path);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  const report: ExportReport = {
    people,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    megabytes: peakMemory() / 1e6,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

void main();
