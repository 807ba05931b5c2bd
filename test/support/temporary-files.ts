import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary files of this process go into a folder of their own until `remove`, so that a test sees what is left. */
export async function ownTemporaryFiles() {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'usher-temporary-'));
  process.env.TMPDIR = folder;
  return {
    /** Every file and folder in it, with the folders' own. */
    left: () => readdir(folder, { recursive: true }),
    async remove(): Promise<void> {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
