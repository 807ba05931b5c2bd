import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import { buildPrograms } from '../support/built-program';
import { startMariadb } from '../support/mariadb-server';
import { prepareSite, writeImportFile } from './support/import-people';
import type { ImportReport } from './support/import-program';
import { buildReaders, measureReading } from './support/measure-reading';

// Prints what a whole import costs beside its floor, each part in a process of its own, on SQLite and MariaDB.
// docs/performance.md says how to run it and what the columns mean.

const words = process.argv.slice(2);
const isMillion = words.includes('--million');
const sizes = words.filter((word) => /^\d+$/.test(word)).map(Number);
const only = words.find((word) => word === 'sqlite' || word === 'mariadb');
const people = sizes.length > 0 ? sizes : isMillion ? [1_000_000] : [1000, 10_000, 100_000];
// What row by row takes is measured on so many, and compared by person.
const oneByOne = 2000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const fixed = (value: number, digits = 1) => value.toFixed(digits);

async function inProcess<Report>(folder: string, words: readonly string[]): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=512', join(folder, 'import-program.js'), ...words],
    { env: { ...process.env, NODE_PATH: join(__dirname, '../../node_modules') }, maxBuffer: 1e8 },
  );
  return JSON.parse(stdout) as Report;
}

/** Does some work while another process does nothing but see how late its loop comes, which is the machine's doing. */
async function besideIdle<Result>(folder: string, work: () => Promise<Result>) {
  const idle = spawn(process.execPath, [join(folder, 'import-program.js'), 'idle'], {
    env: { ...process.env, NODE_PATH: join(__dirname, '../../node_modules') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = text(idle.stdout);
  try {
    return { result: await work(), idle: async () => JSON.parse(await said) as { delayP99: number; delayMax: number } };
  } finally {
    idle.stdin.end();
  }
}

/** A fresh database with the site that people are imported into. */
async function freshSite<Result>(
  open: () => Promise<{ url: string; remove(): Promise<void> }>,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const place = await open();
  try {
    const db = openDatabase(place.url, { queryTimeout: 60_000 });
    try {
      await migrate(db);
      await prepareSite(db);
    } finally {
      await db.destroy();
    }
    return await use(place.url);
  } finally {
    await place.remove();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const server = only === 'sqlite' ? null : await startMariadb();
  let sites = 0;
  const openers = {
    sqlite: async () => {
      const place = await mkdtemp(join(folder, 'sqlite-'));
      return { url: `sqlite:${join(place, 'usher.sqlite')}`, remove: () => rm(place, { recursive: true }) };
    },
    mariadb: async () => {
      sites += 1;
      const name = `bench_${sites}`;
      await server?.execute(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
      return { url: server?.url(name) ?? '', remove: async () => server?.execute(`DROP DATABASE ${name}`) };
    },
  };
  try {
    await buildReaders(folder);
    await buildPrograms(['test/bench/support/import-program.ts'], folder, { packages: 'external' });
    say(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${fixed(loadavg()[0] ?? 0)}\n`);
    say(
      '| database | people | reading alone | read & plan | confirm | apply | whole | floor | × floor | peak MB | processor | loop p99 (idle) | max (idle) | row by row ÷ users |',
    );
    say(`|${' --- |'.repeat(14)}`);
    for (const size of people) {
      const path = join(folder, `people-${size}.xlsx`);
      await writeImportFile(path, size);
      const alone = await measureReading(folder, 'usher', path);
      const exceljs = await measureReading(folder, 'exceljs', path);
      for (const [name, open] of Object.entries(openers)) {
        if (only !== undefined && only !== name) continue;
        const users = await freshSite(open, (url) => inProcess<number>(folder, ['users', url, String(size), '1000']));
        const slow = await freshSite(open, (url) => inProcess<number>(folder, ['users', url, String(oneByOne), '1']));
        const beside = await besideIdle(folder, () =>
          freshSite(open, (url) => inProcess<ImportReport>(folder, ['import', url, path])),
        );
        const whole = beside.result;
        const idle = await beside.idle();
        const total = whole.reading + whole.confirming + whole.applying;
        const floor = exceljs.seconds + users;
        const cells = [
          name,
          size.toLocaleString('en-US'),
          fixed(alone.seconds),
          ...[whole.reading, whole.confirming, whole.applying, total].map((value) => fixed(value)),
          `${fixed(exceljs.seconds)} + ${fixed(users)}`,
          fixed(total / floor, 2),
          fixed(whole.megabytes, 0),
          fixed(whole.processor),
          `${fixed(whole.delayP99, 0)} (${fixed(idle.delayP99, 0)})`,
          `${fixed(whole.delayMax, 0)} (${fixed(idle.delayMax, 0)})`,
          fixed(slow / oneByOne / (users / size), 0),
        ];
        say(`| ${cells.join(' | ')} |`);
      }
    }
    say(`\nload ${fixed(loadavg()[0] ?? 0)} after it`);
  } finally {
    await server?.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
