import { isAppError, isRepeat } from '../../platform/errors';
import type { ModalView } from '../../platform/slack/blocks';

/** A form that comes back with what was typed, and why. */
export interface FormAgain {
  readonly errors: Readonly<Record<string, string>>;
  readonly view: ModalView;
}

/** What somebody else's change means for a form that is still open. */
export const changedMeanwhile = (now: string) =>
  `Somebody saved this while your form was open: ${now}. Nothing of yours was saved. What you filled in is still below; save once more to put it in place of theirs, or cancel.`;

/** Gives the form back where a value in it was refused; anything else goes on as it is. */
export async function orFormAgain<Result>(
  work: () => Promise<Result>,
  view: () => ModalView,
): Promise<Result | FormAgain> {
  try {
    return await work();
  } catch (error) {
    const isRefused = isAppError(error, 'conflict') || isAppError(error, 'invalid_input');
    if (!isRefused || isRepeat(error)) throw error;
    return { errors: { name: error.message }, view: view() };
  }
}
