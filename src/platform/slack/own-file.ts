import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileToUpload, SlackGateway } from './gateway';

/** Hands over the path of a file in a folder that only this program reads, and removes both afterwards. */
export async function withOwnFile<Result>(work: (path: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-file-'));
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
