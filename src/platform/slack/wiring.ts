import { listOf } from '../../lib/plain-text';
import { actingAs, type Context } from '../context';
import { isRepeat, notAdmin } from '../errors';
import type { SlackAccountFacts } from './accounts';
import {
  button,
  buttons,
  loadingModal,
  type ModalView,
  message,
  noticeModal,
  paragraph,
  type SlackMessage,
} from './blocks';
import type { createCommandRouter } from './command-router';
import type { Access, Caller, SlackEdge } from './definitions';
import { errorMessage } from './error-messages';
import type { SlackGateway } from './gateway';
import type { createHomePublisher } from './home-publisher';

/** What every handler of a delivery stands on. */
export interface Wiring {
  readonly ctx: Context;
  readonly gateway: SlackGateway;
  readonly edges: readonly SlackEdge[];
  readonly router: ReturnType<typeof createCommandRouter>;
  readonly homes: ReturnType<typeof createHomePublisher>;
  /** Aborts when Usher is told to end. */
  readonly stopping: AbortSignal;
  /** Counts work in flight, so that the process ends after it. */
  track<Result>(work: Promise<Result>): Promise<Result>;
  callerOf(ctx: Context, slackUserId: string): Promise<Caller>;
  readAccount(ctx: Context, slackUserId: string): Promise<SlackAccountFacts>;
  botUserId(): Promise<string>;
  admins(ctx: Context): Promise<readonly string[]>;
}

export type Say = (message: SlackMessage) => Promise<void>;

/** The button that opens an expired form again: its value says what was asked for. */
export const openAgain = 'open-again';

/** What Slack calls the reason of a refusal, or undefined. */
export function refusalOf(error: unknown): string | undefined {
  return (error as { data?: { error?: string } }).data?.error;
}

const lastingRefusals: ReadonlySet<string> = new Set([
  'message_not_found',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'cant_update_message',
  'user_not_found',
  'user_disabled',
]);

/** Whether Slack refused what no second try can mend. */
export function isLastingRefusal(error: unknown): boolean {
  return lastingRefusals.has(refusalOf(error) ?? '');
}

/** The caller with the access that a handler asks for, read anew. @throws AppError otherwise */
export async function admit(
  wiring: Wiring,
  from: Context,
  slackUserId: string,
  access: Access,
): Promise<{ caller: Caller; ctx: Context }> {
  const caller = await wiring.callerOf(from, slackUserId);
  // Somebody without a user acts as nobody: whatever asks for a privilege finds none.
  const nobody = { kind: 'user' as const, userId: 0, email: caller.email, slackId: `${caller.teamId}/${slackUserId}` };
  if (access === 'admin' && !caller.user?.isActiveAdmin) {
    const admins = await wiring.admins(from);
    throw notAdmin(admins.length > 0 ? `Ask ${listOf(admins, 'or')}.` : undefined);
  }
  return { caller, ctx: actingAs(from, caller.user?.actor ?? nobody) };
}

/**
 * Opens "Loading…" at once, because a trigger lives three seconds.
 * @param again what to put into the button that is offered when the trigger has expired; at most 2,000 characters
 * @returns the view's id, or null when it had expired and the button was offered
 */
export async function openLoading(
  wiring: Wiring,
  triggerId: string,
  title: string,
  again: string,
  say: Say,
  onTop = false,
): Promise<string | null> {
  const { views } = wiring.gateway.client;
  const view = loadingModal(title);
  try {
    const opened = onTop
      ? await views.push({ trigger_id: triggerId, view })
      : await views.open({ trigger_id: triggerId, view });
    return opened.view?.id ?? null;
  } catch (error) {
    const reason = refusalOf(error);
    if (reason !== 'expired_trigger_id' && reason !== 'exchanged_trigger_id') throw error;
    const sentence = 'The form took too long to open.';
    const offer = button({ actionId: openAgain, text: 'Open form', value: again, style: 'primary' });
    await say(message(sentence, paragraph(sentence), ...(again.length <= 2000 ? [buttons(openAgain, offer)] : [])));
    return null;
  }
}

/** Puts a view in place of "Loading…". */
export async function showModal(wiring: Wiring, viewId: string | null, view: ModalView): Promise<void> {
  if (viewId === null) throw new Error('a handler showed a modal that its definition did not announce');
  await wiring.gateway.updateView(viewId, view);
}

/** Says what went wrong, where the person looks: in the modal that is open, else beside the command or click. */
export async function sayError(
  wiring: Wiring,
  from: Context,
  error: unknown,
  viewId: string | null,
  say: Say,
): Promise<void> {
  if (isRepeat(error)) return from.log.info('a repeated request was left alone');
  const said = errorMessage(from, error);
  try {
    if (viewId !== null) await wiring.gateway.updateView(viewId, noticeModal('That did not work', ...said.blocks));
    else await say(said);
  } catch (failure) {
    from.log.error({ err: failure }, 'an error could not be said');
  }
}

/** JSON that came back from Slack, or null when it is none. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
