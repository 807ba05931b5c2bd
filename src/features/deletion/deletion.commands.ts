import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRecipients } from '../../lib/email';
import type { Context } from '../../platform/context';
import { type AppError, invalidInput, isAppError } from '../../platform/errors';
import { type ModalView, option, sentence } from '../../platform/slack/blocks';
import type { CommandLine } from '../../platform/slack/command-text';
import type { SlackEdge } from '../../platform/slack/definitions';
import { readId } from '../../platform/slack/values';
import { findUsersByEmail, showUser } from '../users/users.service';
import {
  deletedModal,
  deletionCallback,
  deletionModal,
  deletionTitle,
  leftOverButton,
  readDeletionForm,
  readDeletionMetadata,
  replacementSelect,
} from './deletion.modals';
import { deleteUser } from './deletion.service';
import { changedSentence, nameAndAddress } from './deletion.text';
import { writeLeftOverWorkbook } from './deletion-workbook.service';
import { planDeletion, replacementCandidates } from './plan-deletion.service';

const usage = '/users delete EMAIL [replacement:EMAIL]';
/** What Slack shows of an external select. */
const mostCandidates = 100;

const aboutReplacement = (error: unknown): error is AppError<'invalid_input'> =>
  isAppError(error, 'invalid_input') && error.facts.field === 'replacement';

/** The one address of a line and of its `replacement:`. @throws AppError `invalid_input` */
function readLine(line: CommandLine): { readonly email: string; readonly replacement: string | null } {
  const { recipients, bad } = parseRecipients(line.rest);
  const [person, ...more] = recipients;
  if (more.length > 0) throw invalidInput(`Delete one person at a time. Nothing was changed. Usage: ${usage}`);
  if (!person)
    throw invalidInput(bad[0] ? `“${bad[0].text}” ${bad[0].reason}. Usage: ${usage}` : `Whom? Usage: ${usage}`);
  const named = parseRecipients((line.options.get('replacement') ?? []).join(' '));
  if (named.bad[0]) throw invalidInput(`“${named.bad[0].text}” ${named.bad[0].reason}. Nothing was changed.`);
  if (named.recipients.length > 1)
    throw invalidInput('Only one person can take over; name one replacement. Nothing was changed.');
  return { email: person.email, replacement: named.recipients[0]?.email ?? null };
}

/** The modal with these numbers; a replacement that cannot take over is said in it instead of chosen. */
export async function openDeletion(
  ctx: Context,
  userId: number,
  replacementId: number | null,
  problem: string | null = null,
): Promise<ModalView> {
  try {
    return deletionModal(await planDeletion(ctx, userId, replacementId), problem);
  } catch (error) {
    if (!aboutReplacement(error)) throw error;
    return deletionModal(await planDeletion(ctx, userId, null), error.message);
  }
}

/** `/users delete`: what it would do, who takes over, and doing it. */
export const deletionEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'delete',
      access: 'admin',
      usage: 'EMAIL [replacement:EMAIL]',
      summary: 'Deletes somebody for good and hands their open work over, after showing what that does',
      example: '/users delete ada@example.com replacement:grace@example.com',
      options: ['replacement'],
      opensModal: () => deletionTitle,
      async handle(ctx, call) {
        const { email, replacement } = readLine(call.line);
        const user = await showUser(ctx, email);
        const [taker] = replacement === null ? [] : await findUsersByEmail(ctx, [replacement]);
        const unknown = replacement !== null && !taker ? `Nobody here has the address ${replacement}.` : null;
        await call.showModal(await openDeletion(ctx, user.id, taker?.id ?? null, unknown));
      },
    },
  ],
  actions: [
    {
      id: 'delete-user',
      access: 'admin',
      opensModal: () => deletionTitle,
      handle: async (ctx, call) => call.showModal(await openDeletion(ctx, readId(call.value), null)),
    },
    {
      id: replacementSelect,
      access: 'admin',
      async handle(ctx, call) {
        const { userId } = readDeletionMetadata(call.view?.metadata);
        await call.showModal(await openDeletion(ctx, userId, readDeletionForm(call.values).replacementId));
      },
    },
    {
      id: leftOverButton,
      access: 'admin',
      async handle(ctx, call) {
        // Said first: a modal on top of this one needs the click's trigger, which an upload may outlive.
        await call.reply(sentence('The list comes into our direct conversation.'));
        const folder = await mkdtemp(join(tmpdir(), 'usher-workbook-'));
        try {
          const path = join(folder, 'workbook.xlsx');
          await writeLeftOverWorkbook(ctx, readId(call.value), path);
          await call.slack.upload(await call.slack.directConversation(call.caller.slackUserId), {
            path,
            name: 'Cases left over.xlsx',
            comment: 'The run cases that become unassigned, in the order of runs and positions.',
          });
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      },
    },
  ],
  submissions: [
    {
      callbackId: deletionCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { userId, digest } = readDeletionMetadata(call.metadata);
        const { replacementId, typed } = readDeletionForm(call.values);
        try {
          const result = await deleteUser(ctx, {
            userId,
            replacementId,
            digest,
            typed,
            idempotencyKey: `delete:${call.requestId}`,
          });
          return 'deleted' in result
            ? deletedModal(result.deleted.plan)
            : deletionModal(result.changed, changedSentence);
        } catch (error) {
          if (aboutReplacement(error)) return openDeletion(ctx, userId, null, error.message);
          if (isAppError(error, 'invalid_input') && error.facts.field === 'typed')
            return openDeletion(ctx, userId, replacementId, error.message);
          throw error;
        }
      },
    },
  ],
  suggestions: [
    {
      actionId: replacementSelect,
      access: 'admin',
      async suggest(ctx, typed, metadata) {
        const { userId } = readDeletionMetadata(metadata);
        const { near, others } = await replacementCandidates(ctx, userId, typed, mostCandidates);
        return [
          ...near.map((person) => option(nameAndAddress(person), String(person.id), 'In these projects already')),
          ...others.map((person) => option(nameAndAddress(person), String(person.id))),
        ];
      },
    },
  ],
};
