import { z } from 'zod';
import type { Context } from '../../platform/context';
import type { SlackMessage } from '../../platform/slack/blocks';
import { type Approval, approvalKey } from '../approvals/approvals.types';
import { resultMessage } from '../operations/operations.text';
import { grantAdmin } from './grant-admin.service';

const payloadSchema = z.object({ userIds: z.array(z.number().int()) });

/** Makes those people admins whom a second admin agreed to: `{ userIds }`. The context acts as whoever asked. */
export async function grantAdminApproved(ctx: Context, payload: unknown, approval: Approval): Promise<SlackMessage> {
  const { userIds } = payloadSchema.parse(payload);
  const { operationId, results } = await grantAdmin(ctx, userIds, approvalKey(approval));
  const undoable = results.some(({ outcome }) => outcome === 'done');
  return resultMessage({ operationId, title: 'Administration privilege', results, undoable });
}
