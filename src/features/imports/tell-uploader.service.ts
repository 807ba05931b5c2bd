import type { TxContext } from '../../platform/context';
import { enqueue } from '../../platform/mail/outbox';
import { findUsers } from '../users/users.service';
import type { StoredImport } from './imports.store';

/**
 * Writes a mail to whoever handed the file in, once, in the transaction that ends its import. Somebody who is no user of
 * the platform, or is disabled, gets none: they hear of it in Slack alone.
 */
export async function mailUploader(tx: TxContext, { id, uploaderUserId }: StoredImport): Promise<void> {
  const [uploader] = uploaderUserId === null ? [] : await findUsers(tx, [uploaderUserId]);
  if (uploader === undefined || uploader.status === 'disabled') return;
  await enqueue(tx, [
    {
      kind: 'mail',
      template: 'import-finished',
      recipient: uploader.email,
      payload: { importId: id, userId: uploader.id },
      dedupKey: `import-finished:${id}`,
    },
  ]);
}
