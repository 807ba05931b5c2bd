import { z } from 'zod';
import { parseRecipients } from '../../lib/email';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { emoji, paragraph, type SlackMessage } from '../../platform/slack/blocks';
import type { CommandCall, SlackEdge, Verb } from '../../platform/slack/definitions';
import { draftBatch } from '../batch/batch.service';
import { batchPlanMessage } from '../batch/batch.text';
import { type BatchAction, noInput } from '../batch/batch.types';
import { type FoundPeople, findPeople } from '../batch/find-people.service';
import { planBatch } from '../batch/plan-batch.service';
import { resendInvites } from '../invites/invites.service';
import { resendReport } from '../invites/invites.text';
import { resetPasswords } from '../resets/resets.service';
import { resetReport } from '../resets/resets.text';
import { showUser } from '../users/users.service';

/** The people whom a command names. @throws AppError when it names nobody who is here */
async function peopleOf(ctx: Context, call: CommandCall, usage: string): Promise<FoundPeople> {
  const pasted = parseRecipients(call.line.rest);
  const [first, ...others] = pasted.recipients;
  if (first === undefined) {
    const [bad] = pasted.bad;
    throw invalidInput(bad ? `“${bad.text.slice(0, 100)}” ${bad.reason}. Usage: ${usage}` : `Whom? Usage: ${usage}`);
  }
  const found = await findPeople(ctx, { kind: 'named', userIds: [], pasted });
  // Of one alone the nearest address is known too.
  if (found.users.length === 0 && others.length === 0) await showUser(ctx, first.email);
  if (found.users.length === 0) throw invalidInput(`${found.remarks.join(' ')} Nothing was changed.`);
  return found;
}

async function plan(ctx: Context, action: BatchAction, { users, remarks }: FoundPeople): Promise<SlackMessage> {
  return batchPlanMessage(await planBatch(ctx, await draftBatch(ctx, action, users), noInput), remarks);
}

function withRemarks(said: SlackMessage, remarks: readonly string[]): SlackMessage {
  return { ...said, blocks: [...said.blocks, ...remarks.map((remark) => paragraph(emoji('warning'), ` ${remark}`))] };
}

function verb(
  name: string,
  summary: string,
  example: string,
  answer: (ctx: Context, call: CommandCall, found: FoundPeople) => Promise<SlackMessage>,
): Verb {
  return {
    command: '/users',
    verb: name,
    access: 'admin',
    usage: 'EMAILS',
    summary,
    example,
    options: [],
    async handle(ctx, call) {
      await call.reply(await answer(ctx, call, await peopleOf(ctx, call, `/users ${name} EMAILS`)));
    },
  };
}

/** `/users activate`, `disable`, `resend` and `reset-password`: of one person or of many. */
export const statusEdge: SlackEdge = {
  verbs: [
    verb(
      'activate',
      'Lets disabled people in again, after you confirm',
      '/users activate ada@example.com, grace@example.com',
      (ctx, _call, found) => plan(ctx, 'activate', found),
    ),
    verb(
      'disable',
      'Shuts people out, after you confirm; their work stays assigned',
      '/users disable ada@example.com, grace@example.com',
      (ctx, _call, found) => plan(ctx, 'disable', found),
    ),
    verb(
      'resend',
      'Sends invited people their invitation again, with a new link',
      '/users resend ada@example.com',
      async (ctx, call, found) => {
        const [only, ...others] = found.users;
        if (only === undefined || others.length > 0) return plan(ctx, 'resend', found);
        return withRemarks(resendReport(await resendInvites(ctx, [only.id], call.requestId)), found.remarks);
      },
    ),
    verb(
      'reset-password',
      'Sends people a link to choose a new password, and revokes their API tokens',
      '/users reset-password ada@example.com',
      async (ctx, call, found) => {
        const [only, ...others] = found.users;
        if (only === undefined || others.length > 0) return plan(ctx, 'reset_passwords', found);
        return resetReport(await resetPasswords(ctx, [only.id], call.requestId), found.remarks);
      },
    ),
  ],
  actions: [
    {
      id: 'reset-password',
      access: 'admin',
      async handle(ctx, call) {
        const userId = z.coerce.number().int().positive().parse(call.value);
        const result = await resetPasswords(ctx, [userId], call.requestId);
        const gone = result.sent.length + result.skipped.length === 0;
        await call.reply(resetReport(result, gone ? ['This person was deleted meanwhile. Open the list again.'] : []));
      },
    },
  ],
};
