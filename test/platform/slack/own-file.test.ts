import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { day } from '../../../src/lib/duration';
import { removeLeftFiles, withOwnFile } from '../../../src/platform/slack/own-file';

const outside = process.env.TMPDIR;
let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'usher-own-file-'));
  process.env.TMPDIR = temporary;
});
afterEach(() => {
  if (outside === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = outside;
  rmSync(temporary, { recursive: true });
});

function left(name: string, ageMs: number): string {
  const folder = join(temporary, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'Login Email');
  const at = new Date(Date.now() - ageMs);
  utimesSync(folder, at, at);
  return folder;
}

test('what a killed process left a day ago is removed, and nothing that is in use or belongs to others', async () => {
  const old = left('usher-file-Ab1', day + 1000);
  const others = [left('usher-file-Cd2', day - 60_000), left('usher-mariadb-Ef3', 9 * day)];
  await withOwnFile(async (path) => {
    writeFileSync(path, 'in use');
    expect(await removeLeftFiles()).toBe(1);
    expect(existsSync(path)).toBe(true);
  });
  expect(existsSync(old)).toBe(false);
  expect(others.filter((folder) => existsSync(folder))).toEqual(others);
});

test('nothing is left of a file that was worked with, also where the work fails', async () => {
  let seen = '';
  await expect(
    withOwnFile(async (path) => {
      seen = path;
      writeFileSync(path, 'half');
      throw new Error('no more');
    }),
  ).rejects.toThrow('no more');
  expect(existsSync(join(seen, '..'))).toBe(false);
});
