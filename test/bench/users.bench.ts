import { cpus, loadavg, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Knex } from 'knex';
import { jobs } from '../../jobs';
import { directoryPage, licenceCard } from '../../src/features/directory/directory.service';
import type { FilterWords } from '../../src/features/directory/filter-words.service';
import { homeEdge } from '../../src/features/home/home.commands';
import { searchUsers } from '../../src/features/users/users.service';
import type { Context } from '../../src/platform/context';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import { testContext } from '../support/context';
import type { TestDatabase } from '../support/databases';
import { startMariadb } from '../support/mariadb-server';
import { seedPeople } from './seed-people';

// Prints how long Usher works for the lists, searches and Home of a large site, on a MariaDB server of its own.
// docs/performance.md says how to run it and what the columns mean.

const people = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 15);
const pageSize = 10;

interface Figure {
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

const words = (given: Partial<FilterWords> = {}): FilterWords => ({
  statuses: [],
  project: null,
  group: null,
  text: '',
  ...given,
});

/** What an admin who opens Home waits for, once it is known who they are. */
function home(ctx: Context): Promise<unknown> {
  const unused = () => Promise.reject(new Error('the Home asks for neither'));
  const { home: draw } = homeEdge({ jobs, runJob: unused, status: unused });
  if (draw === undefined || ctx.actor.kind !== 'user') throw new Error('the Home of an admin is drawn for one');
  const actor = { ...ctx.actor, slackId: null };
  const user = { id: actor.userId, isActiveAdmin: true, actor };
  return draw(ctx, { teamId: 'T1', slackUserId: 'U1', email: actor.email, user }, (_name, read) => read());
}

function figures(ctx: Context, lastPage: number): Figure[] {
  const list = (given: Partial<FilterWords>, page = 0) => directoryPage(ctx, words(given), page, pageSize);
  const search = (text: string) => searchUsers(ctx, text, 100);
  return [
    { what: '/users list, first page', run: () => list({}) },
    { what: '/users list, middle page', run: () => list({}, Math.floor(lastPage / 2)) },
    { what: '/users list, last page', run: () => list({}, lastPage) },
    { what: '/users list status:disabled, first page', run: () => list({ statuses: ['disabled'] }) },
    {
      what: '/users list status:all, last page',
      run: () => list({ statuses: ['invited', 'active', 'disabled'] }, 1e6),
    },
    { what: '/users list project:…, first page', run: () => list({ project: 'Project 3' }) },
    { what: '/users list project:…, last page', run: () => list({ project: 'Project 3' }, 1e6) },
    { what: '/users list project:“Sample Project”, first page', run: () => list({ project: 'Sample Project' }) },
    { what: '/users list project:“Sample Project”, last page', run: () => list({ project: 'Sample Project' }, 1e6) },
    { what: '/users list group:…, first page', run: () => list({ group: 'Group 2' }) },
    { what: '/users list, a text that one person has', run: () => list({ text: `person${people - 7}@` }) },
    { what: '/users list, a text that nobody has', run: () => list({ text: 'nobody at all' }) },
    { what: '/users list, a text that everybody has', run: () => list({ text: 'example' }) },
    { what: '/users list, the same, last page', run: () => list({ text: 'example' }, 1e6) },
    {
      what: '/users list status:… project:… text',
      run: () => list({ statuses: ['active'], project: 'Project 3', text: 'ada' }),
    },
    { what: 'picker, two letters', run: () => search('gr') },
    { what: 'picker, a name', run: () => search('lovelace') },
    { what: 'picker, an address', run: () => search(`person${people - 9}@example.com`) },
    { what: '/users (licence card)', run: () => licenceCard(ctx) },
    { what: 'App Home of an admin', run: () => home(ctx) },
  ];
}

interface Times {
  readonly best: number;
  readonly median: number;
}

async function measured(run: () => Promise<unknown>): Promise<Times> {
  await run();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { best: times[0] ?? 0, median: times[Math.floor(times.length / 2)] ?? 0 };
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function serverVersion(db: Knex): Promise<string> {
  const [[row]] = (await db.raw('SELECT VERSION() AS version')) as [[{ version: string }]];
  return row.version;
}

async function main(): Promise<void> {
  const server = await startMariadb();
  try {
    await server.execute('CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
    const url = server.url('bench');
    const db = openDatabase(url, { queryTimeout: 600_000 });
    try {
      await migrate(db);
      const adminId = await seedPeople(db, people);
      const ctx = testContext({ db, url } as TestDatabase, {
        actor: { kind: 'user', userId: adminId, email: 'admin@example.com', slackId: null },
      });
      const { pages } = await directoryPage(ctx, words(), 0, pageSize);
      const [cpu] = cpus();
      say(`${people.toLocaleString('en-US')} users; the best and the median of ${rounds}, in milliseconds`);
      say(`${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`);
      say(`Node ${process.version}, ${await serverVersion(db)}, ${new Date().toISOString().slice(0, 10)}`);
      say(`Load average of the last minute: ${(loadavg()[0] ?? 0).toFixed(1)} before it\n`);
      const bare = {
        what: 'floor: one user by address',
        run: () => db('users').where({ email_key: 'admin@example.com' }).first(),
      };
      const floor = await measured(async () => await bare.run());
      say('| what | best | median | best × floor |');
      say('| --- | ---: | ---: | ---: |');
      for (const { what, run } of [bare, ...figures(ctx, pages - 1)]) {
        const { best, median } = await measured(async () => await run());
        say(`| ${what} | ${best.toFixed(1)} | ${median.toFixed(1)} | ${(best / floor.best).toFixed(0)} |`);
      }
      say(`\nLoad average of the last minute: ${(loadavg()[0] ?? 0).toFixed(1)} after it`);
    } finally {
      await db.destroy();
    }
  } finally {
    await server.remove();
  }
}

void main();
