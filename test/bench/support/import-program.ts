import { rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Knex } from 'knex';
import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { importProgress, planImport } from '../../../src/features/imports/imports.service';
import { runImport } from '../../../src/features/imports/run-import.service';
import type { Context } from '../../../src/platform/context';
import { openDatabase } from '../../../src/platform/db/database';
import { insertAll } from '../../../src/platform/db/insert-all';
import { testContext } from '../../support/context';
import type { TestDatabase } from '../../support/databases';
import { peakMemory } from '../../support/peak-memory';
import { importRow } from './import-people';

/** What one process did with a database; times in seconds, delays in milliseconds, memory in 10^6 bytes. */
export interface ImportReport {
  readonly reading: number;
  readonly confirming: number;
  readonly applying: number;
  /** Seconds of processor time of the process, with its threads, but without the database's. */
  readonly processor: number;
  readonly megabytes: number;
  readonly delayP99: number;
  readonly delayMax: number;
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};

async function adminContext(db: Knex, url: string): Promise<Context> {
  const admin = await db('users').where({ email_key: 'admin@example.com' }).first('id');
  return {
    ...testContext({ db, url } as TestDatabase, {
      actor: { kind: 'user', userId: admin.id, email: 'admin@example.com', slackId: null },
    }),
    announce: async () => undefined,
  };
}

async function importWhole(ctx: Context, path: string) {
  let id = 0;
  const reading = await seconds(async () => {
    const preview = await planImport(ctx, {
      path,
      fileName: 'people.xlsx',
      fileSize: (await stat(path)).size,
      uploaderSlackId: null,
      uploaderUserId: null,
      conversationId: null,
      slackFileId: null,
    });
    if (preview.state !== 'preview' || preview.counts.fail > 0) throw new Error(JSON.stringify(preview));
    id = preview.id;
  });
  const confirming = await seconds(async () => {
    if (!('started' in (await confirmImport(ctx, id)))) throw new Error('the import did not start');
  });
  const applying = await seconds(() => runImport(ctx, id, new AbortController().signal));
  const { state, outcomes } = await importProgress(ctx, id);
  if (state !== 'done' || outcomes.failed > 0 || outcomes.pending > 0) throw new Error(JSON.stringify(outcomes));
  return { reading, confirming, applying };
}

/** The whole import, after a small one that warms the process up. */
async function measureImport(db: Knex, url: string, path: string): Promise<ImportReport> {
  const ctx = await adminContext(db, url);
  const small = join(tmpdir(), `usher-warm-up-${process.pid}.csv`);
  const people = Array.from({ length: 600 }, (_, index) => `warm${index}@example.com,Warm,Up,Tester,Group 1,Project 1`);
  await writeFile(small, `Login Email,First Name,Last Name,User Profile,Groups,Projects\n${people.join('\n')}\n`);
  await importWhole(ctx, small);
  await rm(small);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const before = process.cpuUsage();
  const times = await importWhole(ctx, path);
  const used = process.cpuUsage(before);
  delay.disable();
  return {
    ...times,
    processor: (used.user + used.system) / 1e6,
    megabytes: peakMemory() / 1e6,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
  };
}

/** The floor of writing: the users alone, in statements of a thousand, or row by row. */
async function measureUsers(db: Knex, people: number, rowsPerTransaction: number): Promise<number> {
  return seconds(async () => {
    for (let from = 0; from < people; from += rowsPerTransaction) {
      const count = Math.min(rowsPerTransaction, people - from);
      const now = new Date();
      const rows = Array.from({ length: count }, (_, index) => {
        const [email = '', firstName = '', lastName = ''] = importRow(from + index);
        return {
          email,
          email_key: email.toLowerCase(),
          first_name: firstName,
          last_name: lastName,
          name_key: `${firstName} ${lastName}`.toLowerCase(),
          status: 'invited',
          is_admin: false,
          auth_system: 'internal',
          sso_username: null,
          sso_username_key: null,
          ldap_username: null,
          ldap_username_key: null,
          default_profile_id: null,
          activated_at: null,
          created_at: now,
          updated_at: now,
        };
      });
      await db.transaction((tx) => insertAll(tx, 'users', rows));
    }
  });
}

/** How late the loop of a process that does nothing comes on this machine, until its input ends. */
async function measureIdle(): Promise<{ delayP99: number; delayMax: number }> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.stdin.resume();
  await new Promise((ended) => process.stdin.once('end', ended));
  return { delayP99: delay.percentile(99) / 1e6, delayMax: delay.max / 1e6 };
}

async function main(): Promise<void> {
  if (process.argv[2] === 'idle') {
    process.stdout.write(JSON.stringify(await measureIdle()));
    return;
  }
  const [, , what, url = '', given = '', size = ''] = process.argv;
  const db = openDatabase(url, { queryTimeout: 60_000 });
  try {
    const report =
      what === 'users' ? await measureUsers(db, Number(given), Number(size)) : await measureImport(db, url, given);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    await db.destroy();
  }
}

void main();
