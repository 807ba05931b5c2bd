import { emailKey, parseRecipients } from '../../lib/email';
import type { Context } from '../../platform/context';
import { invalidInput, isAppError } from '../../platform/errors';
import { type ModalView, sentence } from '../../platform/slack/blocks';
import type { CommandLine } from '../../platform/slack/command-text';
import type { SlackEdge } from '../../platform/slack/definitions';
import { uploadWritten } from '../../platform/slack/own-file';
import { readId } from '../../platform/slack/values';
import { findUsersByEmail, showUser } from '../users/users.service';
import {
  candidateOptions,
  deletedModal,
  deletionCallback,
  deletionModal,
  deletionTitle,
  leftOverButton,
  mostCandidates,
  readDeletionForm,
  readDeletionMetadata,
  replacementSelect,
} from './deletion.modals';
import { deleteUser } from './deletion.service';
import { changedSentence } from './deletion.text';
import { writeLeftOverWorkbook } from './deletion-workbook.service';
import { aboutReplacement, openDeletion, openDeletions } from './open-deletion';
import { replacementCandidates } from './plan-deletion.service';
import { unknownWords } from './several-deletions.text';

const usage = '/users delete EMAILS [replacement:EMAIL]';
interface DeletionLine {
  readonly emails: readonly string[];
  /** What is no address. */
  readonly bad: readonly string[];
  readonly replacement: string | null;
}

/** The addresses of a line and the one of its `replacement:`. @throws AppError `invalid_input` */
function readLine(line: CommandLine): DeletionLine {
  const { recipients, bad } = parseRecipients(line.rest);
  if (recipients.length === 0)
    throw invalidInput(bad[0] ? `“${bad[0].text}” ${bad[0].reason}. Usage: ${usage}` : `Whom? Usage: ${usage}`);
  const named = parseRecipients((line.options.get('replacement') ?? []).join(' '));
  if (named.bad[0]) throw invalidInput(`“${named.bad[0].text}” ${named.bad[0].reason}. Nothing was changed.`);
  if (named.recipients.length > 1)
    throw invalidInput('Only one person can take over; name one replacement. Nothing was changed.');
  return {
    emails: recipients.map(({ email }) => email),
    bad: bad.map(({ text }) => text),
    replacement: named.recipients[0]?.email ?? null,
  };
}

async function openLine(ctx: Context, { emails, bad, replacement }: DeletionLine): Promise<ModalView> {
  const [taker] = replacement === null ? [] : await findUsersByEmail(ctx, [replacement]);
  const problem = replacement !== null && !taker ? `Nobody here has the address ${replacement}.` : null;
  const [first = ''] = emails;
  if (emails.length + bad.length === 1)
    return openDeletion(ctx, (await showUser(ctx, first)).id, taker?.id ?? null, problem);
  const users = new Map((await findUsersByEmail(ctx, emails)).map((user) => [user.emailKey, user]));
  const unknown = unknownWords(
    emails.filter((email) => !users.has(emailKey(email))),
    bad,
  );
  const ids = emails.flatMap((email) => users.get(emailKey(email))?.id ?? []);
  return openDeletions(ctx, ids, taker?.id ?? null, { problem, unknown });
}

/** `/users delete`: what it would do, who takes over, and doing it. */
export const deletionEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'delete',
      access: 'admin',
      usage: 'EMAILS [replacement:EMAIL]',
      summary: 'Deletes people for good and hands their open work over, after showing what that does',
      example: '/users delete ada@example.com replacement:grace@example.com',
      options: ['replacement'],
      opensModal: () => deletionTitle,
      handle: async (ctx, call) => call.showModal(await openLine(ctx, readLine(call.line))),
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
        await uploadWritten(
          call.slack,
          await call.slack.directConversation(call.caller.slackUserId),
          {
            name: 'Cases left over.xlsx',
            comment: 'The run cases that become unassigned, in the order of runs and positions.',
          },
          (path) => writeLeftOverWorkbook(ctx, call.value.split(',').map(readId), path),
        );
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
        return candidateOptions(await replacementCandidates(ctx, [userId], typed, mostCandidates));
      },
    },
  ],
};
