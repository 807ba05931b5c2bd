import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobs } from '../jobs';
import { scripts } from '../package.json';
import { createProgram } from '../src/command-line/program';
import { createSession } from '../src/command-line/session';
import { loadConfig } from '../src/config';
import { demoPeople } from '../src/demo/demo-people';
import { demoPassword } from '../src/demo/demo-site';
import { keepDays } from '../src/features/purge/purge.types';
import { forEachDatabase } from './support/databases';
import { manifest, type RunningUsher, startUsher } from './support/usher';

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const contributing = read('CONTRIBUTING.md');
const settings = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '');

/** The rows of the table below a mark such as `<!-- settings: …`, without heading and rule; code is without its ticks. */
function tableOf(mark: string): string[][] {
  const [, part = ''] = readme.split(`<!-- ${mark}:`);
  const [table = ''] = part.split(`<!-- end of ${mark}`);
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) =>
    row
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
}
const bare = (cell: string) => cell.replaceAll('`', '');

test('the README names every setting of the program, and none that it does not know', () => {
  expect(settings.length).toBeGreaterThan(10);
  expect(
    tableOf('settings')
      .map(([name = '']) => bare(name))
      .sort(),
  ).toEqual([...settings].sort());
});

test('the defaults that the README tells are those of the program', () => {
  const config: Readonly<Record<string, unknown>> = { ...loadConfig({}) };
  for (const [name = '', told = ''] of tableOf('settings')) {
    if (told === '–') continue;
    const key = bare(name)
      .toLowerCase()
      .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    expect([name, bare(told)]).toEqual([name, String(config[key])]);
  }
});

test('.env.example names every setting, with a value that the program takes, and sets none', () => {
  const example = read('.env.example');
  const shown = [...example.matchAll(/^# ([A-Z][A-Z_]+)=(.+)$/gm)].map(
    ([, name, value]) => [name ?? '', value ?? ''] as const,
  );
  expect(shown.map(([name]) => name).sort()).toEqual([...settings].sort());
  // A directory's entries follow from the username or are searched for; each way has to do.
  const isSearch = (name: string) => /^LDAP_(SEARCH|BIND_DN$|BIND_PASSWORD$)/.test(name);
  for (const other of [(name: string) => name === 'LDAP_BIND_DN_TEMPLATE', isSearch]) {
    // The file is the operator's own.
    const taken = shown.filter(([name]) => !other(name) && name !== 'LDAP_CA_FILE');
    expect(() => loadConfig(Object.fromEntries(taken))).not.toThrow();
  }
  expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

test('every npm script that the README or CONTRIBUTING names is there', () => {
  const named = [...`${readme}${contributing}`.matchAll(/npm (?:run )?(start|test|run [a-z:-]+|[a-z]+:[a-z:]+)\b/g)];
  const own = new Set(named.map(([, script]) => (script ?? '').replace('run ', '')));
  expect(own.size).toBeGreaterThan(1);
  expect([...own].filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
});

test('the README lists every job with its schedule', () => {
  const told = tableOf('jobs').map(([name = '', cron = '']) => [bare(name), bare(cron)]);
  expect(told).toEqual(jobs.map(({ name, cron }) => [name, cron]));
});

test('the README tells for how many days what is kept', () => {
  const told = tableOf('kept').map(([what = '', days]) => [bare(what), Number(days)]);
  expect(told).toEqual(Object.entries(keepDays));
});

test('the README lists the operators’ commands with their options', () => {
  const told = tableOf('shell').map(([usage = '']) => bare(usage));
  const program = createProgram(createSession({}, new AbortController().signal));
  const known = program.commands.map((command) => [command.name(), command.options.map(({ long }) => long).sort()]);
  const named = told.map((usage) => [
    /^npm run usher -- (\w+)/.exec(usage)?.[1],
    (usage.match(/ \[?--[a-z-]+/g) ?? []).map((option) => option.replace(/^ \[?/, '')).sort(),
  ]);
  expect(named).toEqual(known);
});

test('every file and picture that a document links to is there', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'docs/adr/README.md'];
  for (const document of documents) {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)\)|src="([^"]+)"/g)].map(
      ([, link, source]) => link ?? source ?? '',
    );
    for (const link of links.filter((target) => !target.includes(':'))) {
      expect(() => readFileSync(join(root, document, '..', link))).not.toThrow();
    }
  }
});

test('every picture is shown', () => {
  const pictures = readdirSync(join(root, 'docs/images'));
  expect(pictures.filter((name) => !readme.includes(`docs/images/${name}`))).toEqual([]);
});

test('the people whom the README recommends are there, and their password is right', () => {
  expect(readme).toContain(`\`${demoPassword}\``);
  const [, table = ''] = readme.split(/\| Be +\| and see +\|/);
  const known = demoPeople.map(({ firstName, lastName }) => `${firstName} ${lastName}`);
  const named = known.filter((name) => (table.split('\n\n')[0] ?? '').includes(name));
  expect(named.length).toBeGreaterThan(7);
});

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(() => usher.stop());

  test('the README’s table of commands is what the help of each command says', async () => {
    const { features } = manifest as { features: { slash_commands: { command: string }[] } };
    const said: string[][] = [];
    for (const { command } of features.slash_commands) {
      const { blocks } = await usher.as('ada').ask('#general', `${command} help`);
      said.push(...listItems(blocks));
      expect(readme).toContain(`\`${command} help [verb]\``);
    }
    const told = tableOf('commands').map((row) => row.map(bare));
    const sorted = (rows: string[][]) => rows.map((row) => row.join(' – ')).sort();
    expect(sorted(told.filter(([usage]) => !usage?.includes(' help ')))).toEqual(sorted(said));
  });
});

interface RichText {
  readonly type: string;
  readonly text?: string;
  readonly elements?: readonly RichText[];
}

/** The texts of each item of the lists in a message, such as a command and what it does. */
function listItems(blocks: readonly unknown[]): string[][] {
  const lists = (blocks as readonly RichText[])
    .flatMap(({ elements = [] }) => elements)
    .filter(({ type }) => type === 'rich_text_list');
  return lists
    .flatMap(({ elements = [] }) => elements)
    .map(({ elements = [] }) => elements.map(({ text = '' }) => text.trim()));
}
