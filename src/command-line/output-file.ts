import { constants } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Refused } from './failures';

/** Files with people in them are for the operator's eyes. */
const mode = 0o600;

/**
 * Writes a file whole or not at all: under another name beside it, which is given to `write`, and renamed at the end.
 * @throws Refused where the file is there already and may not be replaced
 */
export async function writeWhole(
  path: string,
  mayReplace: boolean,
  write: (path: string) => Promise<void>,
): Promise<void> {
  if (!mayReplace && (await isThere(path)))
    throw new Refused(`${path} is there already. Name another file, or say --force to replace it.`);
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  await (await open(unfinished, 'wx', mode)).close();
  try {
    await write(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );

/** Makes `people.errors.xlsx` beside `people.csv`, or `people.errors-2.xlsx` where that is taken: nothing is replaced. */
export async function newFileBeside(path: string, word: string): Promise<string> {
  const stem = join(dirname(path), basename(path, extname(path)));
  for (let copy = 1; ; copy += 1) {
    const candidate = `${stem}.${word}${copy === 1 ? '' : `-${copy}`}.xlsx`;
    try {
      await (await open(candidate, 'wx', mode)).close();
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
