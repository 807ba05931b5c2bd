import { z } from 'zod';
import { isAppError } from '../../platform/errors';
import { noticeModal } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { candidateOptions, mostCandidates } from './deletion.modals';
import { aboutReplacement, openDeletions } from './open-deletion';
import { replacementCandidates } from './plan-deletion.service';
import {
  readSeveralForm,
  readSeveralMetadata,
  severalCallback,
  severalReplacementSelect,
  severalTitle,
} from './several-deletions.modals';
import { deleteSeveral } from './several-deletions.service';
import { askedBlocks, deletedBlocks, lookAgainButton } from './several-deletions.text';
import { severalLimit } from './several-deletions.types';

const id = z.number().int().positive();
const lookAgainValue = z.object({ userIds: z.array(id).max(severalLimit), replacementId: id.nullable() });

/** Deleting several people at once: who takes over, the confirmation, and another look at what did not happen. */
export const severalDeletionsEdge: SlackEdge = {
  actions: [
    {
      id: lookAgainButton,
      access: 'admin',
      opensModal: () => severalTitle,
      async handle(ctx, call) {
        const { userIds, replacementId } = lookAgainValue.parse(JSON.parse(call.value));
        await call.showModal(await openDeletions(ctx, userIds, replacementId));
      },
    },
    {
      id: severalReplacementSelect,
      access: 'admin',
      async handle(ctx, call) {
        const { shown, unknown } = readSeveralMetadata(call.view?.metadata);
        const ids = shown.map(({ userId }) => userId);
        await call.showModal(await openDeletions(ctx, ids, readSeveralForm(call.values).replacementId, { unknown }));
      },
    },
  ],
  submissions: [
    {
      callbackId: severalCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { shown, unknown } = readSeveralMetadata(call.metadata);
        const { replacementId, typed } = readSeveralForm(call.values);
        const ids = shown.map(({ userId }) => userId);
        try {
          const idempotencyKey = `delete:${call.requestId}`;
          const outcome = await deleteSeveral(ctx, { shown, replacementId, typed, idempotencyKey });
          switch (outcome.kind) {
            case 'changed':
              return await openDeletions(ctx, ids, replacementId, { changed: outcome.changed, unknown });
            case 'asked':
              return noticeModal('A second admin decides', ...askedBlocks(outcome.plan));
            case 'done':
              return noticeModal('Deleted', ...deletedBlocks(outcome.people));
          }
        } catch (error) {
          if (aboutReplacement(error)) return openDeletions(ctx, ids, null, { problem: error.message, unknown });
          if (isAppError(error, 'invalid_input') && error.facts.field === 'typed')
            return openDeletions(ctx, ids, replacementId, { problem: error.message, unknown });
          throw error;
        }
      },
    },
  ],
  suggestions: [
    {
      actionId: severalReplacementSelect,
      access: 'admin',
      async suggest(ctx, typed, metadata) {
        const ids = readSeveralMetadata(metadata).shown.map(({ userId }) => userId);
        return candidateOptions(await replacementCandidates(ctx, ids, typed, mostCandidates));
      },
    },
  ],
};
