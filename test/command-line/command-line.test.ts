import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSheet } from '../../src/platform/sheets/read-sheet';
import { insertUser } from '../support/builders';
import { buildCommandLine, type CommandEnd, runCommandHere, startCommand } from '../support/command-line';
import { forEachDatabase, type TestDatabase } from '../support/databases';
import { startMailbox } from '../support/mailbox';
import { type RunningUsher, startUsher } from '../support/usher';

// Each command is a program that starts, which takes seconds where the machine is busy.
jest.setTimeout(120_000);

beforeAll(buildCommandLine);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, ...lines: readonly string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
const settingsFor = (database: TestDatabase | null, settings: Record<string, string>) => ({
  DATABASE_URL: database?.url ?? `sqlite:${join(folder, 'own.sqlite')}`,
  ...settings,
});
/** A command as its operator starts it; `run` is quicker, where a process of its own adds nothing. */
const start = (database: TestDatabase | null, args: readonly string[], settings: Record<string, string> = {}) =>
  startCommand(args, settingsFor(database, settings), folder);
const run = (database: TestDatabase | null, args: readonly string[], settings: Record<string, string> = {}) =>
  runCommandHere(args, settingsFor(database, settings), folder);

const done = (end: CommandEnd) =>
  expect({ code: end.code, complained: end.complained }).toEqual({ code: 0, complained: '' });

describe('whoever does not know the commands', () => {
  test('is told them, and needs no settings for that', async () => {
    const end = await start(null, ['--help'], { DATABASE_URL: 'nonsense' }).ended;
    done(end);
    for (const command of ['migrate', 'admin', 'import', 'export', 'job', 'seed', 'doctor'])
      expect(end.said).toContain(`  ${command} `);
  });

  test('is asked whether another command was meant', async () => {
    const end = await start(null, ['exprot']).ended;
    expect(end.code).toBe(1);
    expect(end.complained).toContain('Did you mean export?');
  });

  test('hears of a wrong setting by its name, in one sentence without a stack', async () => {
    const end = await start(null, ['migrate'], { PORT: 'high' }).ended;
    expect(end.code).toBe(1);
    expect(end.complained).toContain('PORT: expected a port number');
    expect(end.complained).not.toMatch(/\n\s+at /);
  });
});

describe('a database that is new', () => {
  test('is refused until it is migrated, says what ran, and has nothing to run after that', async () => {
    const early = await start(null, ['admin', 'ada@example.com']).ended;
    expect(early).toMatchObject({ code: 1, said: '' });
    expect(early.complained).toContain('npm run usher -- migrate');
    const first = await start(null, ['migrate']).ended;
    done(first);
    expect(first.said).toMatch(/^ran \d{14}_create_settings\n/);
    expect(first.said).toMatch(/The schema is up to date: \d+ of its changes ran\.\n$/);
    const second = await start(null, ['migrate']).ended;
    done(second);
    expect(second.said).toBe('The schema was up to date already; nothing ran.\n');
  });
});

forEachDatabase((database) => {
  const counted = async (table: string) => Number((await database.db(table).count({ total: '*' }).first())?.total);

  describe('admin', () => {
    test('adds an active admin and prints a link with which they set a password', async () => {
      const end = await start(database, ['admin', 'Ada@Example.com']).ended;
      done(end);
      expect(end.said).toContain('Ada@Example.com was added and is an admin.');
      expect(end.said).toMatch(/^ {2}http:\/\/usher\.test\/reset-password\?token=\S{48}$/m);
      expect(await database.db('users').first('email', 'status', 'is_admin')).toMatchObject({
        email: 'Ada@Example.com',
        status: 'active',
      });
      const [audit] = await database.db('audit_events').where({ action: 'user.made_admin' });
      expect(audit).toMatchObject({ actor_label: 'operator', subject_label: 'Ada@Example.com' });
    });

    test('lets a disabled person in again, as an admin, by an invitation where they never had a password', async () => {
      const { id } = await insertUser(database.db, { email: 'bo@example.com', status: 'disabled' });
      const end = await run(database, ['admin', 'bo@example.com']);
      done(end);
      expect(end.said).toContain('bo@example.com is an admin now.');
      expect(end.said).toContain('http://usher.test/activate?token=');
      expect(await database.db('users').where({ id }).first()).toMatchObject({ status: 'invited' });
      expect(Boolean((await database.db('users').where({ id }).first()).is_admin)).toBe(true);
    });

    test('refuses what is no address, and nobody is made', async () => {
      const end = await run(database, ['admin', 'ada']);
      expect(end).toMatchObject({ code: 1, said: '' });
      expect(end.complained).toMatch(/^The address ada .+ Nothing was changed\.\n$/);
      expect(await counted('users')).toBe(0);
    });
  });

  describe('import', () => {
    const mixed = [
      'Login Email,First Name,Admin,Projects',
      'new@example.com,New,Yes,',
      'lost@example.com,Lost,,Nowhere',
      'old@example.com,Older,,',
    ];
    beforeEach(async () => {
      await insertUser(database.db, { email: 'old@example.com', first_name: 'Old', last_name: '' });
      await insertUser(database.db, { email: 'a1@example.com', is_admin: true });
      await insertUser(database.db, { email: 'a2@example.com', is_admin: true });
    });

    test('a dry run shows the plan, says that a row would fail, and leaves nothing behind', async () => {
      file('people.csv', ...mixed);
      const end = await run(database, ['import', 'people.csv', '--dry-run']);
      expect(end.code).toBe(2);
      expect(end.said).toContain('people.csv: 1 person to invite, 1 to update, 0 unchanged, 1 failing');
      expect(end.said).toContain('First Name: Old → Older');
      expect(end.said).toContain('row 3, lost@example.com: Project “Nowhere” does not exist');
      expect(end.said).toContain('1 person will become admin.');
      expect([await counted('imports'), await counted('import_rows'), await counted('users')]).toEqual([0, 0, 3]);
      expect(readdirSync(folder).filter((name) => !name.startsWith('own'))).toEqual(['people.csv']);
    });

    test('where nobody can be asked it wants --yes', async () => {
      file('people.csv', ...mixed);
      const end = await run(database, ['import', 'people.csv']);
      expect(end).toMatchObject({ code: 1, said: '' });
      expect(end.complained).toContain('--yes');
      expect(await counted('imports')).toBe(0);
    });

    test('carries the rows out as the operator, who needs no second admin, and hands the failing ones back', async () => {
      file('people.csv', ...mixed);
      file('people.errors.xlsx', 'an older one');
      const end = await start(database, ['import', 'people.csv', '--yes', '--plan', 'plan.xlsx']).ended;
      expect(end.code).toBe(2);
      expect(end.said).toContain('people.csv: 1 invited, 1 updated, 0 unchanged, 1 failed.');
      expect(end.complained).toContain(join(folder, 'people.errors-2.xlsx'));
      expect(readFileSync(join(folder, 'people.errors.xlsx'), 'utf8')).toBe('an older one\n');
      expect(statSync(join(folder, 'people.errors-2.xlsx')).mode & 0o777).toBe(0o600);
      const cells = await cellsOf(join(folder, 'people.errors-2.xlsx'));
      expect(cells).toContain('lost@example.com');
      expect(cells).not.toContain('new@example.com');
      expect(statSync(join(folder, 'plan.xlsx')).size).toBeGreaterThan(1000);
      expect(await database.db('users').where({ email: 'new@example.com' }).first()).toMatchObject({
        status: 'invited',
      });
      const [confirmed] = await database.db('audit_events').where({ action: 'import.confirmed' });
      expect(confirmed).toMatchObject({ actor_label: 'operator' });
      expect(await database.db('imports').first('state')).toEqual({ state: 'done' });
    });

    test('all rows done is 0, the same file again changes nothing and is 0 as well', async () => {
      file('people.csv', 'Login Email,First Name', 'old@example.com,Oldest');
      done(await run(database, ['import', 'people.csv', '-y']));
      const again = await run(database, ['import', 'people.csv', '-y']);
      done(again);
      expect(again.said).toContain('The same file came before');
      expect(again.said).toContain('There is nothing to change');
      expect(await counted('imports')).toBe(1);
    });

    test('a file that is none, one that is not there, and one that needs too many seats: nothing is done', async () => {
      file('people.xlsx', 'hello');
      file('many.csv', 'Login Email', ...Array.from({ length: 60 }, (_, index) => `p${index}@example.com`));
      for (const name of ['people.xlsx', 'missing.csv', 'many.csv']) {
        const end = await run(database, ['import', name, '--yes']);
        expect({ name, code: end.code }).toEqual({ name, code: 1 });
        expect(end.complained.trim().split('\n')).toHaveLength(1);
        expect(end.complained).not.toContain('unexpected');
      }
      expect([await counted('imports'), await counted('users')]).toEqual([0, 3]);
    });

    test('Ctrl-C lets go after the chunk, and the rest is done by the job', async () => {
      await database.db('licences').del();
      const people = Array.from({ length: 3000 }, (_, index) => `p${index}@example.com,P${index}`);
      file('people.csv', 'Login Email,First Name', ...people);
      const command = start(database, ['import', 'people.csv', '--yes'], { SEATS: '5000' });
      await command.heard('First changes');
      let applied = 0;
      while (applied === 0) applied = Number((await database.db('imports').first('next_row'))?.next_row ?? 0);
      command.interrupt();
      const end = await command.ended;
      expect(end.code).toBe(130);
      expect(end.complained).toMatch(/Stopped after [\d,]+ of 3,000 rows; these stay done\..+job resume-imports\n$/);
      expect(await counted('users')).toBeLessThan(3003);
      done(await start(database, ['job', 'resume-imports']).ended);
      expect(await counted('users')).toBe(3003);
    });
  });

  describe('export', () => {
    beforeEach(async () => {
      await insertUser(database.db, { email: 'ada@example.com', first_name: '=1+1' });
      await insertUser(database.db, { email: 'gone@example.com', status: 'disabled' });
    });

    test('writes who matches into a file for the operator alone, and puts it into the trail', async () => {
      const end = await start(database, ['export', 'out.csv']).ended;
      done(end);
      expect(end.said).toBe(`1 person in ${join(folder, 'out.csv')}\n`);
      const text = readFileSync(join(folder, 'out.csv'), 'utf8');
      expect(text).toContain('ada@example.com,"\'=1+1"');
      expect(text).not.toContain('Activation Link');
      expect(statSync(join(folder, 'out.csv')).mode & 0o777).toBe(0o600);
      expect(await database.db('audit_events').where({ action: 'users.exported' }).first()).toMatchObject({
        actor_label: 'operator',
      });
    });

    test('an export of everybody is a workbook that an import finds nothing to change in', async () => {
      done(await run(database, ['export', 'out.xlsx', '--status', 'all']));
      const end = await run(database, ['import', 'out.xlsx', '--dry-run']);
      done(end);
      expect(end.said).toContain('0 people to invite, 0 to update, 2 unchanged, 0 failing');
    });

    test('links are in it only when they are asked for', async () => {
      await run(database, ['admin', 'boss@example.com']);
      done(await run(database, ['export', 'out.csv', '--links', '--text', 'boss']));
      expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toContain('http://usher.test/reset-password?token=');
    });

    test('replaces no file unless told, and leaves none where it is refused', async () => {
      file('out.xlsx', 'mine');
      const refused = await run(database, ['export', 'out.xlsx']);
      expect(refused.code).toBe(1);
      expect(refused.complained).toContain('--force');
      expect(readFileSync(join(folder, 'out.xlsx'), 'utf8')).toBe('mine\n');
      done(await run(database, ['export', 'out.xlsx', '--force']));
      expect(readFileSync(join(folder, 'out.xlsx')).subarray(0, 2).toString()).toBe('PK');
      const unknown = await run(database, ['export', 'other.csv', '--project', 'Sampel Project']);
      expect(unknown.complained).toContain('did you mean “Sample Project”?');
      expect((await run(database, ['export', 'other.pdf'])).complained).toContain('.xlsx or .csv');
      expect(readdirSync(folder).filter((name) => !name.startsWith('own'))).toEqual(['out.xlsx']);
    });
  });

  describe('job', () => {
    test('runs once, is recorded, and says what it did', async () => {
      const end = await run(database, ['job', 'expire-invites']);
      done(end);
      expect(end.said).toBe('expire-invites: done: 0 expired.\n');
      expect(await database.db('job_runs').first()).toMatchObject({
        name: 'expire-invites',
        cause: 'hand',
        outcome: 'done',
      });
    });

    test('a job that a replica is running is left to it', async () => {
      await run(database, ['job', 'expire-invites']);
      await database
        .db('scheduled_jobs')
        .where({ name: 'expire-invites' })
        .update({ token: 'another', lease_until: new Date(Date.now() + 60_000) });
      const end = await run(database, ['job', 'expire-invites']);
      expect(end).toMatchObject({ code: 1, said: '' });
      expect(end.complained).toContain('is being run by another process right now');
    });

    test('an unknown name is answered with the one that was meant', async () => {
      const end = await run(database, ['job', 'expire-invite']);
      expect(end).toMatchObject({ code: 1, complained: 'No job has that name; did you mean expire-invites?\n' });
    });
  });

  describe('seed', () => {
    test('makes as many people as asked for, the same for the same number, with seats, projects and a group', async () => {
      done(await run(database, ['seed', '--users', '300', '--seed', '7']));
      const names = () => database.db('users').orderBy('id').pluck('email');
      const first = await names();
      expect(first).toHaveLength(300);
      expect([await counted('memberships'), await counted('group_members')]).toEqual([1200, 300]);
      const statuses = await database.db('users').distinct('status').pluck('status');
      expect(statuses.sort()).toEqual(['active', 'disabled', 'invited']);
      for (const table of ['group_members', 'memberships', 'invites', 'users']) await database.db(table).del();
      done(await run(database, ['seed', '--users', '300', '--seed', '7', '--force']));
      const nameOf = (email: string) => email.replace(/\.\d+@.*/, '');
      expect((await names()).map(nameOf)).toEqual(first.map(nameOf));
    });

    test('refuses a site with people, unless told', async () => {
      await insertUser(database.db, {});
      const end = await run(database, ['seed', '--users', '5']);
      expect(end.code).toBe(1);
      expect(end.complained).toContain('--force');
      expect(await counted('users')).toBe(1);
      done(await run(database, ['seed', '--users', '5', '--force']));
      expect(await counted('users')).toBe(6);
    });

    test('a number that is none is refused before anything is opened', async () => {
      const end = await run(database, ['seed', '--users', 'many']);
      expect(end.code).toBe(1);
      expect(end.complained).toContain('Expected a whole number from 1');
    });
  });

  describe('doctor', () => {
    let site: RunningUsher;
    beforeEach(async () => {
      site = await startUsher(database, { socketMode: true });
    });
    afterEach(() => site.stop());

    test('finds a site well whose database, mail server and Slack are', async () => {
      const mailbox = await startMailbox();
      try {
        const end = await run(database, ['doctor'], {
          SMTP_URL: mailbox.url,
          ...slackOf(site),
        });
        expect(end).toMatchObject({ complained: '', code: 0 });
        expect(
          end.said
            .trim()
            .split('\n')
            .filter((line) => !line.startsWith('✓ ')),
        ).toEqual([]);
        expect(end.said).toContain('The schema is up to date.');
        expect(end.said).toContain('takes our connection');
        expect(end.said).toContain('Slack knows the bot as');
        expect(mailbox.mails).toEqual([]);
      } finally {
        await mailbox.stop();
      }
    });

    test('names what is ill with what to do, and no secret: a mail server that is away, a token that is wrong', async () => {
      const port = await closedPort();
      const end = await run(database, ['doctor'], {
        ...slackOf(site),
        SMTP_URL: `smtp://usher:hunter-of-mails@127.0.0.1:${port}`,
        SLACK_BOT_TOKEN: 'xoxb-not-the-one',
      });
      expect(end.code).toBe(1);
      const ill = end.said.split('\n').filter((line) => line.startsWith('✗ '));
      expect(ill).toHaveLength(2);
      expect(ill[0]).toMatch(
        /^✗ The mail server 127\.0\.0\.1:\d+ does not take us: .*ECONNREFUSED.* – see that SMTP_URL/,
      );
      expect(ill[1]).toMatch(/^✗ Slack does not take the bot’s token: .*invalid_auth.* – copy SLACK_BOT_TOKEN/);
      expect(`${end.said}${end.complained}`).not.toMatch(/hunter-of-mails|xoxb-not-the-one/);
    });
  });
});

describe('doctor without a site', () => {
  test('tells each wrong setting on a line', async () => {
    const end = await run(null, ['doctor'], { PORT: 'high', TIME_ZONE: 'Mars' });
    expect(end.code).toBe(1);
    expect(end.said).toMatch(/^✗ Setting PORT: .+\n✗ Setting TIME_ZONE: .+\n$/);
  });

  test('tells of a database that is not there, and of one that cannot be reached', async () => {
    const absent = await run(null, ['doctor']);
    expect(absent.code).toBe(1);
    expect(absent.said).toContain('own.sqlite is not there yet. – make it: npm run usher -- migrate');
    expect(readdirSync(folder)).toEqual([]);
    const away = await run(null, ['doctor'], {
      DATABASE_URL: `mysql://usher:hunter@127.0.0.1:${await closedPort()}/usher`,
    });
    expect(away.code).toBe(1);
    expect(away.said).toMatch(/✗ The database cannot be opened: .*ECONNREFUSED/);
    expect(away.said).not.toContain('hunter');
  });
});

async function cellsOf(path: string): Promise<string> {
  const cells: string[] = [];
  for await (const rows of readSheet(path)) cells.push(JSON.stringify(rows));
  return cells.join('\n');
}

function slackOf({ workspace }: RunningUsher): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: workspace.app.botToken,
    SLACK_APP_TOKEN: workspace.app.appToken,
    SLACK_API_URL: workspace.apiUrl(),
  };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
