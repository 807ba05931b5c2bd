import type { Context } from '../../platform/context';
import { type AppError, isAppError } from '../../platform/errors';
import { type ModalView, noticeModal } from '../../platform/slack/blocks';
import { deletionModal } from './deletion.modals';
import { changedSentence } from './deletion.text';
import { planDeletion } from './plan-deletion.service';
import { planSeveral } from './plan-several-deletions.service';
import { severalModal, severalTitle } from './several-deletions.modals';
import { changedBlocks, leftOutSentence, nobodyBlocks, problemBlocks } from './several-deletions.text';
import type { ChangedDeletion } from './several-deletions.types';

/** Whether an error says that this person cannot take over, which is told beside the picker. */
export const aboutReplacement = (error: unknown): error is AppError<'invalid_input'> =>
  isAppError(error, 'invalid_input') && error.facts.field === 'replacement';

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

/** What stands in the modal of several people beside their plan. */
export interface Remarks {
  readonly problem?: string | null;
  readonly changed?: readonly ChangedDeletion[];
  /** What was named and is nobody here, as it was told before. */
  readonly unknown?: string;
}

/**
 * The modal for several people. Where one of them is left, it is that one's; where nobody is, it says so.
 * @throws AppError `not_admin`; `invalid_input` for too many
 */
export async function openDeletions(
  ctx: Context,
  userIds: readonly number[],
  replacementId: number | null,
  remarks: Remarks = {},
): Promise<ModalView> {
  const { changed = [], unknown = '' } = remarks;
  let problem = remarks.problem ?? null;
  const plan = await planSeveral(ctx, userIds, replacementId).catch((error: unknown) => {
    if (!aboutReplacement(error)) throw error;
    problem = error.message;
    return planSeveral(ctx, userIds, null);
  });
  const leftOut = leftOutSentence(plan.leftOut, unknown);
  const [only, ...others] = plan.plans;
  if (only === undefined) return noticeModal(severalTitle, ...nobodyBlocks(leftOut));
  if (others.length === 0) {
    const said = [problem, changed.length === 0 ? null : changedSentence, leftOut].filter(Boolean).join(' ');
    return deletionModal(only, said === '' ? null : said);
  }
  const above = [...problemBlocks(problem ?? ''), ...(changed.length === 0 ? [] : changedBlocks(changed))];
  return severalModal(plan, { above, leftOut, unknown });
}
