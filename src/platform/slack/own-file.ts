import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { day } from '../../lib/duration';
import type { FileToUpload, SlackGateway } from './gateway';

const beginning = 'usher-file-';

/** Hands over the path of a file in a folder that only this program reads, and removes both afterwards. */
export async function withOwnFile<Result>(work: (path: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), beginning));
  try {
    return await work(join(folder, 'file'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Has a file written in a folder of its own, puts it into a conversation, and removes both.
 * @returns false: Slack took it and does not show it there
 */
export function uploadWritten(
  slack: SlackGateway,
  conversationId: string,
  file: Omit<FileToUpload, 'path'>,
  write: (path: string) => Promise<unknown>,
): Promise<boolean> {
  return withOwnFile(async (path) => {
    await write(path);
    return slack.upload(conversationId, { ...file, path });
  });
}

/**
 * Removes what `withOwnFile` left behind in processes that were killed: what is a day old, by the clock that files go by,
 * for nothing takes a day to be read or uploaded. What cannot be removed, because it is another account's, stays.
 * @param within where they lie: the machine's folder of temporary files unless told
 * @returns how many there were
 */
export async function removeLeftFiles(within = tmpdir()): Promise<number> {
  const names = (await readdir(within)).filter((name) => name.startsWith(beginning));
  let removed = 0;
  for (const folder of names.map((name) => join(within, name))) {
    try {
      if (Date.now() - (await stat(folder)).mtimeMs < day) continue;
      await rm(folder, { recursive: true });
      removed += 1;
    } catch {
      // Another process was quicker, or may do what this one may not.
    }
  }
  return removed;
}
