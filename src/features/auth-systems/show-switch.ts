import { second } from '../../lib/duration';
import type { Context } from '../../platform/context';
import type { SubmissionCall } from '../../platform/slack/definitions';
import { switchingModal } from './auth-systems.modals';
import type { SwitchOutcome } from './auth-systems.types';
import { type ConfirmedSwitch, switchSystem } from './switch-system.service';

const newsEveryMs = 3 * second;

/**
 * Carries a switch out, and shows in its form how far it is where that takes longer than a moment.
 * @throws as `switchSystem`
 */
export async function switchAndShow(
  ctx: Context,
  call: Pick<SubmissionCall, 'slack' | 'viewId' | 'requestId'>,
  confirmed: ConfirmedSwitch,
): Promise<SwitchOutcome> {
  const { seen, change } = confirmed;
  const total = Math.max(seen.people, seen.cleared);
  const now = () => ctx.clock.now().getTime();
  let last = now();
  let showing: Promise<void> = Promise.resolve();
  const moved = (people: number) => {
    if (now() - last < newsEveryMs) return;
    // As long as Slack has not taken one, there is no next one.
    last = Number.POSITIVE_INFINITY;
    showing = call.slack
      .updateView(call.viewId, switchingModal(change, people, total))
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'progress of a switch not shown'))
      .finally(() => {
        last = now();
      });
  };
  try {
    return await switchSystem(ctx, confirmed, call.requestId, moved);
  } finally {
    // What it came to is shown after the last figure.
    await showing;
  }
}
