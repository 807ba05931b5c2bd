import { z } from 'zod';
import type { Context } from '../../platform/context';
import type { SlackMessage } from '../../platform/slack/blocks';
import { type Approval, approvalKey } from '../approvals/approvals.types';
import { disableUsers } from './invites.service';
import { disableReport } from './invites.text';

const payloadSchema = z.object({ userIds: z.array(z.number().int()) });

/** Disables the people whom a second admin agreed to disable: `{ userIds }`. The context acts as whoever asked. */
export async function disableApproved(ctx: Context, payload: unknown, approval: Approval): Promise<SlackMessage> {
  const { userIds } = payloadSchema.parse(payload);
  return disableReport(await disableUsers(ctx, userIds, approvalKey(approval)));
}
