import type { App, ViewStateValue } from '@slack/bolt';
import type { Option } from '@slack/types';
import { z } from 'zod';
import { minute } from '../../lib/duration';
import { emoji, loadingModal, type ModalView, paragraph } from './blocks';
import type { Submission, Suggestions } from './definitions';
import { respondWith } from './respond';
import { runAction } from './run-action';
import { runCommand } from './run-command';
import { readFileAgain, shareFile, shareFileAgain } from './share-file';
import { admit, openAgain, parseJson, type Say, sayError, type Wiring } from './wiring';

/** How long suggestions may take: Slack's three seconds, less what the way costs. */
const suggestWithin = 2400;

/** What an "Open form" button asks for again. */
const againSchema = z.union([
  z.object({ command: z.string(), text: z.string() }),
  z.object({ action: z.string(), value: z.string() }),
]);

/** Value of a button or of the chosen option of a menu. */
function chosenValue(action: unknown): string {
  const element = action as { value?: string | null; selected_option?: { value?: string } | null };
  return element.value ?? element.selected_option?.value ?? '';
}

/** The form with what is wrong said at its top: after an acknowledgement Slack takes no errors under inputs any more. */
function withProblems(view: ModalView, errors: Readonly<Record<string, string>>): ModalView {
  return {
    ...view,
    blocks: [...Object.values(errors).map((problem) => paragraph(emoji('warning'), ` ${problem}`)), ...view.blocks],
  };
}

/** Registers every command, click, submission and event of every feature with Bolt. Each is acknowledged first. */
export function registerHandlers(app: App, wiring: Wiring): void {
  const { edges, router, track } = wiring;

  for (const command of new Set(router.verbs.map((verb) => verb.command))) {
    app.command(command, async ({ ack, body, respond }) => {
      await ack();
      const answer = respondWith(respond);
      await track(
        runCommand(wiring, {
          command,
          text: body.text,
          slackUserId: body.user_id,
          conversationId: body.channel_id,
          triggerId: body.trigger_id,
          reply: (said) => answer(said),
        }),
      );
    });
  }

  app.action({ type: 'block_actions' }, async ({ ack, body, action, respond }) => {
    await ack();
    const { action_id: actionId } = action as { action_id: string };
    const value = chosenValue(action);
    const answer = respondWith(respond);
    if (actionId === readFileAgain) {
      const conversationId = body.channel?.id ?? null;
      const request = { slackUserId: body.user.id, conversationId, triggerId: body.trigger_id, value };
      return track(shareFileAgain(wiring, request, answer));
    }
    if (actionId !== openAgain) return track(runAction(wiring, body, actionId, value, respond));
    const again = againSchema.safeParse(parseJson(value));
    if (!again.success) return;
    if ('action' in again.data) return track(runAction(wiring, body, again.data.action, again.data.value, respond));
    return track(
      runCommand(wiring, {
        ...again.data,
        slackUserId: body.user.id,
        conversationId: body.channel?.id ?? null,
        triggerId: body.trigger_id,
        reply: (said) => answer(said),
      }),
    );
  });

  for (const submission of edges.flatMap((edge) => edge.submissions ?? [])) registerSubmission(app, wiring, submission);
  for (const suggestions of edges.flatMap((edge) => edge.suggestions ?? []))
    registerSuggestions(app, wiring, suggestions);

  app.event('app_home_opened', async ({ event }) => {
    if (event.tab === 'home') await track(wiring.homes.opened(event.user));
  });

  app.event('file_shared', async ({ event, body }) => {
    // Sharing is an event of its own for every conversation; its id is the same in all of Slack's retries.
    const file = { fileId: event.file_id, slackUserId: event.user_id, conversationId: event.channel_id };
    await track(shareFile(wiring, file, `event:${body.event_id}`));
  });
}

/** How long what a submission showed is kept for a second delivery of it, in milliseconds. */
const shownFor = minute;

function registerSubmission(app: App, wiring: Wiring, submission: Submission): void {
  const { gateway } = wiring;
  // A second delivery is acknowledged with "Loading…" as well, and would stay so after the first has shown its result.
  const shownLately = new Map<string, Promise<ModalView | null>>();
  app.view({ callback_id: submission.callbackId, type: 'view_submission' }, async ({ ack, body, view }) => {
    const values = view.state.values as Record<string, Record<string, ViewStateValue>>;
    const problems = submission.check?.(values) ?? null;
    if (problems !== null && Object.keys(problems).length > 0) {
      await ack({ response_action: 'errors', errors: { ...problems } });
      return;
    }
    await ack({ response_action: 'update', view: loadingModal(view.title.text) });
    const log = wiring.ctx.log.child({ callbackId: submission.callbackId, slackUserId: body.user.id });
    const from = { ...wiring.ctx, log };
    const reply: Say = async (said) =>
      gateway.postEphemeral(await gateway.directConversation(body.user.id), body.user.id, said);
    const requestId = `view:${view.id}:${view.hash}`;
    const work = async (): Promise<ModalView | null> => {
      try {
        const { caller, ctx } = await admit(wiring, from, body.user.id, submission.access);
        const shown = await submission.handle(ctx, {
          caller,
          slack: gateway,
          conversationId: null,
          requestId,
          stopping: wiring.stopping,
          values,
          viewId: view.id,
          metadata: parseJson(view.private_metadata),
          reply,
        });
        const next = 'errors' in shown ? withProblems(shown.view, shown.errors) : shown;
        await gateway.updateView(view.id, next);
        log.info('submission handled');
        return next;
      } catch (error) {
        await sayError(wiring, from, error, view.id, reply);
        return null;
      }
    };
    const earlier = shownLately.get(requestId);
    if (earlier === undefined) {
      const working = work();
      shownLately.set(requestId, working);
      setTimeout(() => shownLately.delete(requestId), shownFor).unref();
      await wiring.track(working.then(() => undefined));
      return;
    }
    log.info('a repeated submission shows what the first one did');
    const again = async (): Promise<void> => {
      const shown = await earlier;
      if (shown === null) await work();
      else await gateway.updateView(view.id, shown);
    };
    await wiring.track(again().catch((error: unknown) => sayError(wiring, from, error, view.id, reply)));
  });
}

function registerSuggestions(app: App, wiring: Wiring, suggestions: Suggestions): void {
  app.options({ type: 'block_suggestion', action_id: suggestions.actionId }, async ({ ack, body, payload }) => {
    const log = wiring.ctx.log.child({ actionId: suggestions.actionId, slackUserId: body.user.id });
    const from = { ...wiring.ctx, log };
    const none = new Promise<readonly Option[]>((done) => setTimeout(() => done([]), suggestWithin).unref());
    const found = admit(wiring, from, body.user.id, suggestions.access)
      .then(({ ctx }) => suggestions.suggest(ctx, payload.value, parseJson(body.view?.private_metadata)))
      .catch((error: unknown): readonly Option[] => {
        log.warn({ err: error }, 'no suggestions');
        return [];
      });
    // Bolt's type knows suggestions of dialogs only.
    await ack({ options: (await Promise.race([found, none])).slice(0, 100) as never });
  });
}
