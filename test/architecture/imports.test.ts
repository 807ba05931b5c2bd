import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const checker = join(__dirname, '../../.ci/check-imports.mjs');

/** What `npm run check` says of a source tree in which the named files import what is listed. */
function checkTree(tree: Readonly<Record<string, readonly string[]>>): Promise<{ failed: boolean; said: string }> {
  const base = mkdtempSync(join(tmpdir(), 'usher-imports-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(base, file)), { recursive: true });
    writeFileSync(join(base, file), text, { flag: 'w' });
  };
  for (const target of new Set(Object.values(tree).flat())) write(target, 'export const thing = 1;\n');
  for (const [file, targets] of Object.entries(tree)) {
    const lines = targets.map((target, index) => {
      const path = relative(dirname(file), target).replace(/\.tsx?$/, '');
      return `import { thing as thing${index} } from '${path.startsWith('.') ? path : `./${path}`}';`;
    });
    write(file, [...lines, 'export const thing = 1;', ''].join('\n'));
  }
  return new Promise((done) => {
    execFile(process.execPath, [checker, base], (error, stdout, stderr) => {
      rmSync(base, { recursive: true, force: true });
      done({ failed: error !== null, said: stdout + stderr });
    });
  });
}

const wrongWays: readonly [rule: string, from: string, to: string][] = [
  ['edges-read-no-store', 'src/features/invites/invites.commands.ts', 'src/features/invites/invites.store.ts'],
  ['edges-read-no-store', 'src/features/home/home.home.ts', 'src/platform/db/dialect.ts'],
  ['nothing-below-calls-an-edge', 'src/features/invites/invites.service.ts', 'src/features/invites/invites.modals.ts'],
  ['services-know-no-transport', 'src/features/invites/invites.service.ts', 'src/platform/slack/blocks.ts'],
  ['services-know-no-transport', 'src/features/invites/invites.service.ts', 'src/platform/http/server.ts'],
  ['stores-are-private', 'src/features/invites/invites.service.ts', 'src/features/users/users.store.ts'],
  ['services-meet-at-services', 'src/features/invites/invites.service.ts', 'src/features/users/users.text.ts'],
  ['stores-stand-on-the-database', 'src/features/users/users.store.ts', 'src/features/users/users.service.ts'],
  ['stores-stand-on-the-database', 'src/features/users/users.store.ts', 'src/platform/mail/outbox.ts'],
  ['platform-knows-no-feature', 'src/platform/slack/router.ts', 'src/features/users/users.service.ts'],
  ['platform-knows-no-feature', 'src/platform/scheduler/scheduler.ts', 'jobs/index.ts'],
  ['the-command-line-is-an-edge', 'src/command-line/admin.ts', 'src/features/users/users.store.ts'],
  ['the-command-line-is-an-edge', 'src/command-line/export.ts', 'src/features/exports/exports.commands.ts'],
  ['nobody-calls-the-command-line', 'src/app.ts', 'src/command-line/session.ts'],
  ['jobs-call-services', 'jobs/expire-invites.ts', 'src/features/invites/invites.store.ts'],
  ['jobs-call-services', 'jobs/expire-invites.ts', 'src/platform/db/transaction.ts'],
  ['lib-is-pure', 'src/lib/clock.ts', 'src/config.ts'],
  ['config-comes-first', 'src/config.ts', 'src/platform/context.ts'],
  ['workspace-is-a-stand-in', 'src/app.ts', 'src/workspace/workspace.ts'],
  ['workspace-is-a-stand-in', 'src/features/home/home.service.ts', 'src/workspace/people.ts'],
  ['workspace-knows-no-feature', 'src/workspace/people.ts', 'src/features/users/users.service.ts'],
  ['migrations-stand-alone', 'migrations/20260101000000_add.ts', 'src/lib/clock.ts'],
  ['program-needs-no-test-code', 'src/app.ts', 'test/support/context.ts'],
];

describe('the direction of imports', () => {
  let everyWrongWay: { failed: boolean; said: string };
  beforeAll(async () => {
    const tree: Record<string, string[]> = {};
    for (const [, from, to] of wrongWays) tree[from] = [...(tree[from] ?? []), to];
    everyWrongWay = await checkTree(tree);
  });

  test.each(wrongWays)('%s: %s may not import %s', (rule, from, to) => {
    expect(everyWrongWay.said).toContain(`${rule}: ${from} → ${to}\n`);
    expect(everyWrongWay.failed).toBe(true);
  });

  test('features that need each other in a circle are told, even where no files do', async () => {
    const { failed, said } = await checkTree({
      'src/features/users/users.service.ts': ['src/features/audit/audit.types.ts'],
      'src/features/audit/audit.service.ts': ['src/features/invites/invites.types.ts'],
      'src/features/invites/invites.service.ts': ['src/features/users/users.types.ts'],
    });
    expect(said).toContain('features-form-no-circle: src/features/');
    expect(failed).toBe(true);
  });

  test('two files that import each other are told', async () => {
    const { failed, said } = await checkTree({
      'src/platform/one.ts': ['src/platform/two.ts'],
      'src/platform/two.ts': ['src/platform/one.ts'],
    });
    expect(said).toContain('files-form-no-circle');
    expect(failed).toBe(true);
  });

  test('the way of a command, of a job and of the process is free', async () => {
    const { failed, said } = await checkTree({
      'src/main.ts': ['src/app.ts', 'src/workspace/workspace.ts'],
      'src/app.ts': ['src/features/invites/invites.commands.ts', 'jobs/index.ts', 'src/platform/slack/router.ts'],
      'src/features/invites/invites.commands.ts': [
        'src/features/invites/invites.service.ts',
        'src/features/invites/invites.text.ts',
        'src/platform/slack/blocks.ts',
      ],
      'src/features/invites/invites.service.ts': [
        'src/features/invites/invites.store.ts',
        'src/features/users/users.service.ts',
        'src/platform/db/transaction.ts',
        'src/platform/mail/outbox.ts',
      ],
      'src/features/invites/invites.store.ts': ['src/platform/db/dialect.ts', 'src/features/users/users.types.ts'],
      // Each of these stands on the next, and src/app.ts on all: no circle between the features.
      'src/platform/db/transaction.ts': ['src/config.ts'],
      'src/features/users/users.service.ts': ['src/platform/db/transaction.ts'],
      'jobs/index.ts': ['jobs/expire-invites.ts'],
      'jobs/expire-invites.ts': ['src/features/invites/invites.service.ts', 'src/platform/scheduler/job.types.ts'],
      'test/invites.test.ts': ['src/features/invites/invites.store.ts', 'src/workspace/workspace.ts'],
    });
    expect(said).toMatch(/^imports: \d\d files read, 0 wrong ways\n$/);
    expect(failed).toBe(false);
  });

  test('a check that read nothing has failed', async () => {
    const { failed, said } = await checkTree({});
    expect(said).toContain('No file was read');
    expect(failed).toBe(true);
  });
});
