import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { minute, second } from '../lib/duration';
import { count } from '../lib/plain-text';
import type { Context } from '../platform/context';
import { type DatabaseFacts, inspectDatabase, tryToWrite } from '../platform/db/inspect-database';
import { migrationState } from '../platform/db/migrate';
import { type Finding, ill, reasonOf, well } from './findings';
import type { Session } from './session';

/** Leases go by the database's clock and what people see by ours; from here on, they would seem to disagree. */
const mostClockDifference = 5 * second;
const leastDiskBytes = 200 * 2 ** 20;
/** The oldest that Usher is tested with, or that its statements are documented for. */
const oldest = { MariaDB: [10, 6], MySQL: [8, 0], SQLite: [3, 35] } as const;

export async function* checkDatabase(session: Session): AsyncGenerator<Finding> {
  const { databaseUrl } = session.settings();
  const file = databaseUrl.startsWith('sqlite:') ? resolve(databaseUrl.slice('sqlite:'.length)) : null;
  if (file !== null && !existsSync(file)) {
    yield ill(`The database ${file} is not there yet.`, 'make it: npm run usher -- migrate');
    return;
  }
  try {
    const found = await session.withAnySchema((ctx) => examine(ctx, file));
    yield* found;
  } catch (error) {
    yield ill(
      `The database cannot be opened: ${reasonOf(error)}`,
      file === null
        ? 'see that the server runs, and that DATABASE_URL has its host, port, account, password and database'
        : `see that ${file} is a database of Usher, and that this account may read and write it and its folder`,
    );
  }
}

async function examine(ctx: Context, file: string | null): Promise<Finding[]> {
  const asked = performance.now();
  const facts = await inspectDatabase(ctx.db);
  const took = performance.now() - asked;
  return [
    version(facts),
    ...server(facts),
    clock(facts, took),
    await migrations(ctx),
    ...(file === null ? [] : await sqliteFile(ctx, file)),
  ];
}

function version({ kind, version: text }: DatabaseFacts): Finding {
  const [major = 0, minor = 0] = text.split('.').map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = oldest[kind];
  const isNew = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return isNew
    ? well(`The database is ${kind} ${text}.`)
    : ill(`The database is ${kind} ${text}.`, `upgrade it to ${leastMajor}.${leastMinor} or newer`);
}

function server({ server: facts }: DatabaseFacts): Finding[] {
  if (facts === null) return [];
  const { charset, timeZone, isolation } = facts;
  return [
    charset === 'utf8mb4'
      ? well('Its character set is utf8mb4.')
      : ill(
          `Its character set is ${charset}, which cannot hold every name.`,
          'make the database anew with CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, before the first migration',
        ),
    timeZone === '+00:00'
      ? well('Its connections are on UTC.')
      : ill(
          `Its connections are on ${timeZone || 'an unknown time zone'}.`,
          'see that no proxy in between resets time_zone',
        ),
    isolation.replaceAll(' ', '-') === 'READ-COMMITTED'
      ? well('Its transactions read what is committed.')
      : ill(`Its transactions are ${isolation}.`, 'see that no proxy in between resets the isolation level'),
  ];
}

function clock({ now }: DatabaseFacts, askedMs: number): Finding {
  // The answer was true at some moment while it was on its way.
  const difference = Math.max(0, Math.abs(Date.now() - now.getTime()) - askedMs);
  const told = difference < second ? 'less than a second' : `${(difference / second).toFixed(0)} s`;
  if (difference <= mostClockDifference) return well(`Its clock and that of this machine differ by ${told}.`);
  return ill(
    `Its clock and that of this machine differ by ${difference > minute ? `${Math.round(difference / minute)} min` : told}.`,
    'set both by NTP',
  );
}

async function migrations({ db }: Context): Promise<Finding> {
  const { pending, unknown } = await migrationState(db);
  if (unknown.length > 0)
    return ill(
      `The schema is newer than this program: it has ${unknown.join(', ')}.`,
      'use the newer program, or go back to a backup from before the upgrade',
    );
  if (pending.length > 0)
    return ill(
      `The schema lacks ${count(pending.length, 'change')} of this program.`,
      'bring it up to date: npm run usher -- migrate',
    );
  return well('The schema is up to date.');
}

async function sqliteFile({ db }: Context, file: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    await tryToWrite(db);
    findings.push(well(`${file} can be written.`));
  } catch (error) {
    findings.push(
      ill(
        `${file} cannot be written: ${reasonOf(error)}`,
        'let this account write it and its folder; where it is locked, see which program holds it',
      ),
    );
  }
  const { bavail, bsize } = await statfs(dirname(file));
  const free = bavail * bsize;
  const told = `${Math.floor(free / 2 ** 20).toLocaleString('en-US')} MB are free on its disk.`;
  findings.push(free >= leastDiskBytes ? well(told) : ill(told, 'make room'));
  return findings;
}
