import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import { buildPrograms } from '../support/built-program';
import { startMariadb } from '../support/mariadb-server';
import type { ExportReport } from './support/export-program';
import { seedExport } from './support/export-site';

// Prints what an export with all columns costs beside exceljs' stream writer of such strings, each in a process of its
// own. docs/performance.md says how to run it and what the columns mean.

const words = process.argv.slice(2);
const people = Number(words.find((word) => /^\d+$/.test(word)) ?? 100_000);
const only = words.find((word) => word === 'sqlite' || word === 'mariadb');
const rounds = people > 100_000 ? 1 : 3;
/** A slow reader takes about four megabytes a second. */
const slowBytes = 64 * 1024;
const slowPauseMs = 15;

const say = (line: string) => process.stdout.write(`${line}\n`);
const run = promisify(execFile);

/** Runs the program in a process of its own. */
async function inProcess(folder: string, given: readonly string[]): Promise<ExportReport> {
  const { stdout } = await run(process.execPath, [join(folder, 'export-program.js'), ...given], {
    env: { ...process.env, NODE_PATH: join(__dirname, '../../node_modules') },
  });
  return JSON.parse(stdout) as ExportReport;
}

/** Exports into a pipe that is read slowly. */
async function toSlowReader(folder: string, url: string): Promise<ExportReport> {
  const path = join(folder, 'slow.xlsx');
  await run('mkfifo', [path]);
  const exporting = inProcess(folder, ['xlsx', url, path]);
  for await (const _ of createReadStream(path, { highWaterMark: slowBytes })) await pause(slowPauseMs);
  const report = await exporting;
  await rm(path);
  return report;
}

const best = (reports: readonly ExportReport[]) =>
  reports.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[0] as ExportReport;

async function measureSite(folder: string, name: string, url: string): Promise<void> {
  const path = join(folder, 'export');
  const taken = new Map<string, ExportReport[]>();
  const kinds = [
    ['exceljs', String(people)],
    ['xlsx', url],
    ['commas', String(people)],
    ['csv', url],
  ] as const;
  for (let round = 0; round < rounds; round += 1) {
    for (const [what, given] of kinds) {
      const report = await inProcess(folder, [what, given, path]);
      taken.set(what, [...(taken.get(what) ?? []), report]);
    }
  }
  const line = (label: string, report: ExportReport, floor: ExportReport | null) => {
    const ratios =
      floor === null
        ? ['1', '1']
        : [report.cpuSeconds / floor.cpuSeconds, report.seconds / floor.seconds].map((ratio) => ratio.toFixed(2));
    const [cpu, clock, memory, p99, max] = [
      report.cpuSeconds.toFixed(1),
      report.seconds.toFixed(1),
      report.megabytes.toFixed(0),
      report.delayP99.toFixed(0),
      report.delayMax.toFixed(0),
    ];
    say(`| ${[name, label, cpu, ratios[0], clock, ratios[1], memory, p99, max].join(' | ')} |`);
  };
  const of = (what: string) => best(taken.get(what) ?? []);
  line('exceljs, the strings alone', of('exceljs'), null);
  line('export .xlsx', of('xlsx'), of('exceljs'));
  line('export .xlsx to a slow reader', await toSlowReader(folder, url), of('exceljs'));
  line('commas and quotes alone', of('commas'), null);
  line('export .csv', of('csv'), of('exceljs'));
}

async function seeded(url: string): Promise<void> {
  const db = openDatabase(url, { queryTimeout: 600_000 });
  try {
    await migrate(db);
    await seedExport(db, people);
  } finally {
    await db.destroy();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  try {
    await buildPrograms(['test/bench/support/export-program.ts'], folder, { packages: 'external' });
    const load = () => loadavg()[0]?.toFixed(1);
    say(`${people.toLocaleString('en-US')} people, the best of ${rounds} by processor time; load ${load()} before`);
    say(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${new Date().toISOString().slice(0, 16)}\n`);
    say('| database | what | CPU s | × exceljs | clock s | × exceljs | peak MB | loop p99 ms | max ms |');
    say('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    if (only !== 'sqlite') {
      const server = await startMariadb();
      try {
        await server.execute(
          // The server of tests is small; a million people would be made from and read off the disk for most of an hour.
          'SET GLOBAL innodb_buffer_pool_size = 1073741824',
          'SET GLOBAL innodb_log_file_size = 536870912',
          'CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
        );
        await seeded(server.url('bench'));
        await measureSite(folder, 'MariaDB', server.url('bench'));
      } finally {
        await server.remove();
      }
    }
    if (only !== 'mariadb') {
      const url = `sqlite:${join(folder, 'usher.sqlite')}`;
      await seeded(url);
      await measureSite(folder, 'SQLite', url);
    }
    say(`\nLoad ${load()} after`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
