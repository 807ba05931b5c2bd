import type { BlockAction, RespondFn } from '@slack/bolt';
import { type ModalView, noticeModal, type SlackMessage } from './blocks';
import type { Action, ViewValues } from './definitions';
import { respondWith } from './respond';
import { admit, openLoading, parseJson, refusalOf, type Say, sayError, showModal, type Wiring } from './wiring';

/** A message shown where there is only room for a view. */
const asModal = (said: SlackMessage): ModalView => noticeModal('Usher', ...said.blocks);

/**
 * Where a click happened and how it is answered there: beside a message by its response_url; on the Home, where nobody
 * would see a message, in a modal; in a modal, in one on top of it.
 */
interface Surface {
  readonly reply: Say;
  readonly replace: Say;
}

function messageSurface(respond: RespondFn): Surface {
  const answer = respondWith(respond);
  return { reply: (said) => answer(said), replace: (said) => answer(said, true) };
}

function homeSurface(wiring: Wiring, viewId: string | null): Surface {
  const show: Say = async (said) => showModal(wiring, viewId, asModal(said));
  return { reply: show, replace: show };
}

function modalSurface(wiring: Wiring, viewId: string, triggerId: string): Surface {
  const replace: Say = (said) => wiring.gateway.updateView(viewId, asModal(said));
  return {
    replace,
    async reply(said) {
      try {
        await wiring.gateway.client.views.push({ trigger_id: triggerId, view: asModal(said) });
      } catch (error) {
        if (refusalOf(error) === undefined) throw error;
        // The trigger expired, or three views lie on one another already.
        await replace(said);
      }
    },
  };
}

/** Finds who answers an element. */
export function findAction(wiring: Wiring, actionId: string): Action | undefined {
  return wiring.edges
    .flatMap((edge) => edge.actions ?? [])
    .find(({ id }) => (id.endsWith(':') ? actionId.startsWith(id) : actionId === id));
}

/** Carries out one click or choice that was acknowledged before. Whatever goes wrong is said. */
export async function runAction(
  wiring: Wiring,
  body: BlockAction,
  actionId: string,
  value: string,
  respond: RespondFn,
): Promise<void> {
  const { gateway } = wiring;
  const log = wiring.ctx.log.child({ actionId, slackUserId: body.user.id });
  const from = { ...wiring.ctx, log };
  const onHome = body.view?.type === 'home';
  const inModal = body.view?.type === 'modal';
  // Where nothing else is possible: as a message that only this person sees, in their conversation with the bot.
  const directly: Say = async (said) =>
    gateway.postEphemeral(await gateway.directConversation(body.user.id), body.user.id, said);
  let viewId: string | null = null;
  let say = body.response_url ? messageSurface(respond).reply : directly;
  try {
    const action = findAction(wiring, actionId);
    if (!action) return log.warn('an element without a handler was used');
    const announced = action.opensModal?.(value) ?? null;
    const title = announced ?? (onHome ? 'Usher' : null);
    if (title !== null) {
      const again = JSON.stringify({ action: actionId, value });
      viewId = await openLoading(wiring, body.trigger_id, title, again, say, inModal);
      if (viewId === null) return;
    }
    const surface = body.response_url
      ? messageSurface(respond)
      : inModal && body.view
        ? modalSurface(wiring, body.view.id, body.trigger_id)
        : homeSurface(wiring, viewId);
    say = surface.reply;
    const { caller, ctx } = await admit(wiring, from, body.user.id, action.access);
    await action.handle(ctx, {
      caller,
      slack: gateway,
      conversationId: body.channel?.id ?? null,
      requestId: `action:${body.trigger_id}`,
      stopping: wiring.stopping,
      actionId,
      value,
      messageTs: (body.container as { message_ts?: string }).message_ts ?? null,
      values: (body.view?.state?.values ?? body.state?.values ?? {}) as ViewValues,
      view: body.view ? { id: body.view.id, metadata: parseJson(body.view.private_metadata) } : null,
      ...surface,
      showModal: (view) => showModal(wiring, viewId ?? (inModal ? (body.view?.id ?? null) : null), view),
    });
    log.info('action handled');
  } catch (error) {
    await sayError(wiring, from, error, viewId, say);
  }
}
