import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { day, minute } from '../../../src/lib/duration';
import { removeLeftFiles, withOwnFile } from '../../../src/platform/slack/own-file';

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'usher-own-file-'));
});
afterEach(() => rmSync(temporary, { recursive: true }));

function left(name: string, ageMs: number): string {
  const folder = join(temporary, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'Login Email');
  const at = new Date(Date.now() - ageMs);
  utimesSync(folder, at, at);
  return folder;
}

test('what a killed process left a day ago is removed, and nothing that is in use or belongs to others', async () => {
  const old = left('usher-file-Ab1', day + minute);
  const others = [left('usher-file-Cd2', day - minute), left('usher-mariadb-Ef3', 9 * day)];
  expect(await removeLeftFiles(temporary)).toBe(1);
  expect(existsSync(old)).toBe(false);
  expect(others.filter((folder) => existsSync(folder))).toEqual(others);
});

test('a file that is worked with lies where left ones are looked for, and nothing is left of it where the work fails', async () => {
  let folder = '';
  await expect(
    withOwnFile(async (path) => {
      folder = dirname(path);
      writeFileSync(path, 'half');
      throw new Error('no more');
    }),
  ).rejects.toThrow('no more');
  expect(folder.startsWith(join(tmpdir(), 'usher-file-'))).toBe(true);
  expect(existsSync(folder)).toBe(false);
});
