import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SlackGateway } from './gateway';

/**
 * Has a file written in a folder of its own, puts it into a conversation, and removes both.
 * @returns false: Slack took it and does not show it there
 */
export async function uploadWritten(
  slack: SlackGateway,
  conversationId: string,
  file: { readonly name: string; readonly comment: string },
  write: (path: string) => Promise<unknown>,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-file-'));
  try {
    const path = join(folder, 'file');
    await write(path);
    return await slack.upload(conversationId, { ...file, path });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
