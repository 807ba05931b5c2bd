import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { hour, second } from '../../src/lib/duration';
import { buildPrograms } from '../support/built-program';
import { driveWorkspace } from '../support/workspace-driver';
import type { LoadOrder, LoadRound } from './support/command-load';
import { admins, type CommandsSite, startCommandsSite } from './support/commands-site';
import { writeImportFile } from './support/import-people';
import { quantile } from './support/latencies';
import type { LoopDelay } from './support/loop-delay';
import { machineLines } from './support/sessions-site';

// Prints how soon commands are acknowledged and answered, fifty at once, while a large file is imported by the same
// process and while none is. docs/performance.md says how to run it and what the columns mean.

const words = process.argv.slice(2);
const sizes = words.filter((word) => /^\d+$/.test(word)).map(Number);
const profiles = words.find((word) => word.startsWith('--profile='))?.slice('--profile='.length);
const calm = 15 * second;
const warmUp = 3 * second;
const limit = 100;

const say = (line = '') => process.stdout.write(`${line}\n`);
const fixed = (value: number) => value.toFixed(0);

const asked = [
  '/users',
  '/users list',
  '/users list status:invited',
  '/users list project:"Project 7" lovelace',
  '/users list nobody has this',
  '/users show person42@example.com',
  '/users history person42@example.com',
  '/usher',
  '/usher status',
  '/usher imports',
];

interface Phase {
  readonly what: string;
  readonly isImport: boolean;
  readonly from: number;
  readonly to: number;
  readonly delay: LoopDelay;
}

/** Asks from now on, until `stop`, which gives every round. */
function startLoad(folder: string, { workspace, url }: CommandsSite) {
  const { acts } = workspace;
  const slackIds = admins.map((name) => acts.identify(name));
  const order: LoadOrder = {
    url,
    signingSecret: workspace.app.signingSecret,
    teamId: 'T1',
    conversationId: acts.conversationId(acts.identify('ada'), '#general'),
    commands: slackIds.flatMap((slackUserId) => asked.map((typed) => ({ slackUserId, typed }))),
    breath: 0.5 * second,
  };
  const child = spawn(process.execPath, [join(folder, 'command-load.js'), JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const rounds: LoadRound[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => rounds.push(JSON.parse(line) as LoadRound));
  return async (): Promise<readonly LoadRound[]> => {
    const closed = once(child, 'close');
    child.stdin.end();
    await closed;
    return rounds;
  };
}

async function untilState(site: CommandsSite, states: readonly string[]): Promise<void> {
  for (;;) {
    const { state } = await site.db('imports').orderBy('id', 'desc').first('state');
    if (states.includes(state)) return;
    if (['refused', 'stopped', 'cancelled', 'expired'].includes(state)) throw new Error(`the import is ${state}`);
    await pause(100);
  }
}

async function measure(people: number, folder: string): Promise<void> {
  const path = join(folder, `people-${people}.xlsx`);
  await writeImportFile(path, people);
  const nodeOptions = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  if (profiles !== undefined) mkdirSync(profiles, { recursive: true });
  const site = await startCommandsSite(people, folder, nodeOptions);
  try {
    for (const line of await machineLines(site.db)) say(line);
    const ada = driveWorkspace(site.workspace).as('ada');
    const stop = startLoad(folder, site);
    await pause(warmUp);
    const phases: Phase[] = [];
    const phase = async <Result>(what: string, isImport: boolean, work: () => Promise<Result>): Promise<Result> => {
      await site.loopDelay();
      const from = Date.now();
      const result = await work();
      phases.push({ what, isImport, from, to: Date.now(), delay: await site.loopDelay() });
      return result;
    };
    await phase('no import', false, () => pause(calm));
    const preview = await phase('the file is read and planned', true, async () => {
      await ada.upload('#imports', 'people.xlsx', await readFile(path));
      const shown = await ada.waitForMessage('to invite', { timeoutMs: hour });
      // Its plan is written and handed over as well.
      await ada.waitForMessage(({ files }) => files.length > 0 && files[0]?.name !== 'people.xlsx', {
        timeoutMs: hour,
      });
      return shown;
    });
    await phase('it is checked once more and confirmed', true, async () => {
      await ada.click(preview, 'import-confirm');
      await untilState(site, ['running', 'reporting', 'done']);
    });
    await phase('it is applied', true, () => untilState(site, ['reporting', 'done']));
    await phase('its mails are sent', false, () => pause(calm));
    const rounds = await stop();
    report(people, phases, rounds);
    const { outcomes } = await site.db('imports').first('outcomes');
    say(`what became of the rows: ${outcomes}`);
  } finally {
    await site.remove();
    await rm(path);
  }
}

function figures(times: readonly number[]): string[] {
  const sorted = [...times].sort((a, b) => a - b);
  return [quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1) ?? 0].map(fixed);
}

function report(people: number, phases: readonly Phase[], rounds: readonly LoadRound[]): void {
  const during = ({ from, to }: Phase) => rounds.filter(({ at }) => at >= from && at < to);
  say(
    `\n${people.toLocaleString('en-US')} people are imported beside as many; ${asked.length * admins.length} at once`,
  );
  say(
    '| meanwhile | seconds | connections | commands | acknowledged p50 | p99 | max | answered p50 | p99 | max | loop p99 | max | failed |',
  );
  say(`|${' --- |'.repeat(13)}`);
  for (const phase of phases) {
    for (const isKept of [false, true]) {
      const own = during(phase).filter(({ kept }) => kept === isKept);
      const acknowledged = own.flatMap((round) => round.acknowledged);
      const cells = [
        phase.what,
        ((phase.to - phase.from) / second).toFixed(1),
        isKept ? 'kept' : 'one each',
        String(acknowledged.length),
        ...figures(acknowledged),
        ...figures(own.flatMap(({ answered }) => answered)),
        fixed(phase.delay.p99),
        fixed(phase.delay.max),
        String(own.flatMap(({ failures }) => failures).length),
      ];
      say(`| ${cells.join(' | ')} |`);
    }
  }
  const imported = phases.filter(({ isImport }) => isImport).flatMap((phase) => during(phase));
  say();
  for (const isKept of [false, true]) {
    const own = imported.filter(({ kept }) => kept === isKept).flatMap(({ acknowledged }) => acknowledged);
    const what = isKept ? 'kept connections' : 'a connection each';
    say(`acknowledged while the import runs, ${what}, p99: ${figures(own)[1]} ms (hold < ${limit})`);
  }
  const failures = phases.flatMap((phase) => during(phase)).flatMap((round) => round.failures);
  for (const failure of failures.slice(0, 5)) say(`failed: ${failure}`);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  try {
    await buildPrograms(['test/bench/support/command-load.ts', 'test/bench/support/loop-delay.ts'], folder);
    say(`load ${loadavg()[0]?.toFixed(1)}`);
    for (const people of sizes.length > 0 ? sizes : [100_000]) await measure(people, folder);
    say(`load ${loadavg()[0]?.toFixed(1)} after it`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
