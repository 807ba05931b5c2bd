import type { App, BlockAction, RespondFn, ViewStateValue } from '@slack/bolt';
import type { KnownBlock, Option } from '@slack/types';
import { z } from 'zod';
import { listOf } from '../../lib/plain-text';
import { actingAs, type Context } from '../context';
import { isDatabaseDown } from '../db/transaction';
import { invalidInput, notAdmin } from '../errors';
import type { SlackAccountFacts } from './accounts';
import {
  button,
  buttons,
  emoji,
  loadingModal,
  type ModalView,
  message,
  noticeModal,
  paragraph,
  type SlackMessage,
  sentence,
} from './blocks';
import type { createCommandRouter } from './command-router';
import { mentions, parseCommandLine, replaceMentions, typedText } from './command-text';
import type { Access, Action, Caller, SlackEdge, Verb, ViewValues } from './definitions';
import { forgetDelivery, rememberDelivery } from './deliveries.store';
import { errorMessage } from './error-messages';
import type { SlackGateway } from './gateway';
import type { createHomePublisher } from './home-publisher';

interface Wiring {
  readonly ctx: Context;
  readonly gateway: SlackGateway;
  readonly edges: readonly SlackEdge[];
  readonly router: ReturnType<typeof createCommandRouter>;
  readonly homes: ReturnType<typeof createHomePublisher>;
  track<Result>(work: Promise<Result>): Promise<Result>;
  callerOf(ctx: Context, slackUserId: string): Promise<Caller>;
  readAccount(ctx: Context, slackUserId: string): Promise<SlackAccountFacts>;
  botUserId(): Promise<string>;
  admins(ctx: Context): Promise<readonly string[]>;
}

const fileSchema = z.object({ fileId: z.string(), slackUserId: z.string(), conversationId: z.string() });
type FileRef = z.infer<typeof fileSchema>;

/** Opens an expired modal again: its value says what was asked for. */
const openAgain = 'open-again';
const readFileAgain = 'read-file-again';
const suggestWithin = 2400;

type Respond = (message: SlackMessage, replace?: boolean) => Promise<void>;

function respondWith(respond: RespondFn): Respond {
  return async ({ text, blocks }, replace = false) => {
    await respond({
      response_type: 'ephemeral',
      replace_original: replace,
      text,
      blocks: [...blocks] as KnownBlock[],
      mrkdwn: false,
      unfurl_links: false,
    });
  };
}

function parseMetadata(text: string | undefined): unknown {
  if (text === undefined || text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Value of a button or of the chosen option of a menu. */
function chosenValue(action: unknown): string {
  const element = action as { value?: string | null; selected_option?: { value?: string } | null };
  return element.value ?? element.selected_option?.value ?? '';
}

/** Registers every command, click, submission and event of every feature with Bolt, each behind the same wrapper. */
export function registerHandlers(app: App, wiring: Wiring): void {
  const { ctx, gateway, edges, router, track } = wiring;
  const actions = edges.flatMap((edge) => edge.actions ?? []);
  const findAction = (actionId: string): Action | undefined =>
    actions.find(({ id }) => (id.endsWith(':') ? actionId.startsWith(id) : actionId === id));

  /** The caller with the access that the handler asks for. @throws AppError otherwise */
  async function admit(from: Context, slackUserId: string, access: Access): Promise<{ caller: Caller; ctx: Context }> {
    const caller = await wiring.callerOf(from, slackUserId);
    const actor = caller.user?.actor ?? {
      kind: 'user' as const,
      userId: 0,
      email: caller.email,
      slackId: `${caller.teamId}/${slackUserId}`,
    };
    if (access === 'admin' && !caller.user?.isActiveAdmin) {
      const admins = await wiring.admins(from);
      throw Object.assign(notAdmin(), {
        message: `Only an active admin of this site may do that. Nothing was changed.${admins.length > 0 ? ` Ask ${listOf(admins, 'or')}.` : ''}`,
      });
    }
    return { caller, ctx: actingAs(from, actor) };
  }

  /** Opens "Loading…" at once, because a trigger lives three seconds. Null: it had expired, and a button offers another try. */
  async function openLoading(
    triggerId: string,
    title: string,
    again: string,
    reply: (message: SlackMessage) => Promise<void>,
  ): Promise<string | null> {
    try {
      const opened = await gateway.client.views.open({ trigger_id: triggerId, view: loadingModal(title) });
      return opened.view?.id ?? null;
    } catch (error) {
      const reason = (error as { data?: { error?: string } }).data?.error;
      if (reason !== 'expired_trigger_id' && reason !== 'exchanged_trigger_id') throw error;
      await reply(
        message(
          'The form took too long to open.',
          paragraph('The form took too long to open. '),
          buttons(openAgain, button({ actionId: openAgain, text: 'Open form', value: again, style: 'primary' })),
        ),
      );
      return null;
    }
  }

  /** Says what went wrong, where the person looks: in the modal that is open, else beside the command or click. */
  async function sayError(
    from: Context,
    error: unknown,
    viewId: string | null,
    reply: (message: SlackMessage) => Promise<void>,
  ): Promise<void> {
    const said = errorMessage(from, error);
    try {
      if (viewId !== null) await gateway.updateView(viewId, noticeModal('That did not work', ...said.blocks));
      else await reply(said);
    } catch (failure) {
      from.log.error({ err: failure }, 'an error could not be said');
    }
  }

  async function runCommand(request: {
    readonly command: string;
    readonly text: string;
    readonly slackUserId: string;
    readonly conversationId: string | null;
    readonly triggerId: string;
    readonly reply: (message: SlackMessage) => Promise<void>;
  }): Promise<void> {
    const log = ctx.log.child({ command: request.command, slackUserId: request.slackUserId });
    const from = { ...ctx, log };
    let viewId: string | null = null;
    try {
      const found = router.find(
        request.command,
        parseCommandLine(replaceMentions(typedText(request.text), (id) => `@${id}`)),
      );
      if ('problem' in found) return await request.reply(found.problem);
      const { verb } = found;
      const raw = parseCommandLine(typedText(request.text));
      const title = verb.opensModal?.(raw) ?? null;
      if (title !== null) {
        const again = JSON.stringify({ command: request.command, text: request.text });
        viewId = await openLoading(request.triggerId, title, again.length <= 2000 ? again : '', request.reply);
        if (viewId === null) return;
      }
      const admitted = await admit(from, request.slackUserId, verb.access);
      const line = parseCommandLine(typedText(await withAddresses(from, request.text)));
      await verb.handle(admitted.ctx, {
        caller: admitted.caller,
        slack: gateway,
        conversationId: request.conversationId,
        requestId: `command:${request.triggerId}`,
        line,
        reply: request.reply,
        showModal: (view) => showModal(viewId, view),
      });
      log.info({ verb: (verb as Verb).verb }, 'command handled');
    } catch (error) {
      await sayError(from, error, viewId, request.reply);
    }
  }

  async function showModal(viewId: string | null, view: ModalView): Promise<void> {
    if (viewId === null) throw new Error('a handler showed a modal that its definition did not announce');
    await gateway.updateView(viewId, view);
  }

  /** `<@U…>` becomes the address of that Slack account. */
  async function withAddresses(from: Context, text: string): Promise<string> {
    const addresses = new Map<string, string>();
    for (const id of new Set(mentions(text))) {
      try {
        addresses.set(id, (await wiring.readAccount(from, id)).email);
      } catch (error) {
        if ((error as { kind?: string }).kind !== 'slack_account_refused') throw error;
        throw invalidInput(
          'One of the people you mentioned is a guest, a bot, an outside or a deactivated Slack account, or has no e-mail there. Type the e-mail address instead.',
        );
      }
    }
    return replaceMentions(text, (id) => addresses.get(id) ?? '');
  }

  for (const command of new Set(router.verbs.map((verb) => verb.command))) {
    app.command(command, async ({ ack, body, respond }) => {
      await ack();
      const reply = respondWith(respond);
      await track(
        runCommand({
          command,
          text: body.text,
          slackUserId: body.user_id,
          conversationId: body.channel_id,
          triggerId: body.trigger_id,
          reply: (said) => reply(said),
        }),
      );
    });
  }

  async function runAction(
    body: BlockAction,
    actionId: string,
    value: string,
    respond: RespondFn | undefined,
  ): Promise<void> {
    const log = ctx.log.child({ actionId, slackUserId: body.user.id });
    const from = { ...ctx, log };
    const container = body.container as { message_ts?: string; is_ephemeral?: boolean };
    const conversationId = body.channel?.id ?? null;
    const messageTs = container.message_ts ?? null;
    const respondTo = body.response_url && respond ? respondWith(respond) : null;
    const reply = async (said: SlackMessage): Promise<void> => {
      if (respondTo) return respondTo(said);
      await gateway.postEphemeral(await gateway.directConversation(body.user.id), body.user.id, said);
    };
    let viewId: string | null = null;
    try {
      const action = findAction(actionId);
      if (!action) return log.warn('an element without a handler was used');
      const title = action.opensModal?.(value) ?? null;
      if (title !== null) {
        viewId = await openLoading(body.trigger_id, title, JSON.stringify({ action: actionId, value }), reply);
        if (viewId === null) return;
      }
      const admitted = await admit(from, body.user.id, action.access);
      await action.handle(admitted.ctx, {
        caller: admitted.caller,
        slack: gateway,
        conversationId,
        requestId: `action:${body.trigger_id}`,
        actionId,
        value,
        messageTs,
        values: (body.view?.state?.values ?? body.state?.values ?? {}) as ViewValues,
        view: body.view ? { id: body.view.id, metadata: parseMetadata(body.view.private_metadata) } : null,
        reply,
        replace: async (said) => {
          if (respondTo) return respondTo(said, true);
          if (conversationId !== null && messageTs !== null) return gateway.update(conversationId, messageTs, said);
          return reply(said);
        },
        showModal: (view) => showModal(viewId ?? body.view?.id ?? null, view),
      });
      log.info('action handled');
    } catch (error) {
      await sayError(from, error, viewId, reply);
    }
  }

  const againSchema = z.union([
    z.object({ command: z.string(), text: z.string() }),
    z.object({ action: z.string(), value: z.string() }),
  ]);
  app.action({ type: 'block_actions' }, async ({ ack, body, action, respond }) => {
    await ack();
    const { action_id: actionId } = action as { action_id: string };
    const value = chosenValue(action);
    if (actionId === readFileAgain) return track(shareFileAgain(body, value, respond));
    if (actionId !== openAgain) return track(runAction(body, actionId, value, respond));
    const again = againSchema.safeParse(parseMetadata(value));
    if (!again.success) return;
    if ('action' in again.data) return track(runAction(body, again.data.action, again.data.value, respond));
    const reply = respondWith(respond);
    return track(
      runCommand({
        ...again.data,
        slackUserId: body.user.id,
        conversationId: body.channel?.id ?? null,
        triggerId: body.trigger_id,
        reply: (said) => reply(said),
      }),
    );
  });

  for (const submission of edges.flatMap((edge) => edge.submissions ?? [])) {
    app.view({ callback_id: submission.callbackId, type: 'view_submission' }, async ({ ack, body, view }) => {
      const values = view.state.values as Record<string, Record<string, ViewStateValue>>;
      const problems = submission.check?.(values) ?? null;
      if (problems !== null && Object.keys(problems).length > 0) {
        await ack({ response_action: 'errors', errors: { ...problems } });
        return;
      }
      await ack({ response_action: 'update', view: loadingModal(view.title.text) });
      const from = { ...ctx, log: ctx.log.child({ callbackId: submission.callbackId, slackUserId: body.user.id }) };
      await track(
        (async () => {
          const reply = async (said: SlackMessage) =>
            gateway.postEphemeral(await gateway.directConversation(body.user.id), body.user.id, said);
          try {
            const admitted = await admit(from, body.user.id, submission.access);
            const shown = await submission.handle(admitted.ctx, {
              caller: admitted.caller,
              slack: gateway,
              conversationId: null,
              requestId: `view:${view.id}:${view.hash}`,
              values,
              viewId: view.id,
              metadata: parseMetadata(view.private_metadata),
              reply,
            });
            await gateway.updateView(view.id, 'errors' in shown ? withProblems(shown.view, shown.errors) : shown);
          } catch (error) {
            await sayError(from, error, view.id, reply);
          }
        })(),
      );
    });
  }

  for (const suggestions of edges.flatMap((edge) => edge.suggestions ?? [])) {
    app.options({ type: 'block_suggestion', action_id: suggestions.actionId }, async ({ ack, body, payload }) => {
      const from = { ...ctx, log: ctx.log.child({ actionId: suggestions.actionId, slackUserId: body.user.id }) };
      const none = new Promise<readonly Option[]>((done) => setTimeout(() => done([]), suggestWithin).unref());
      const found = admit(from, body.user.id, suggestions.access)
        .then((admitted) => suggestions.suggest(admitted.ctx, payload.value))
        .catch((error: unknown) => {
          from.log.warn({ err: error }, 'no suggestions');
          return [];
        });
      await ack({ options: (await Promise.race([found, none])).slice(0, 100) as never });
    });
  }

  app.event('app_home_opened', async ({ event }) => {
    if (event.tab === 'home') await track(wiring.homes.opened(event.user));
  });

  /** Hands a shared file to the feature that takes files, once for each delivery. */
  async function shareFile(file: FileRef, deliveryKey: string): Promise<void> {
    const { fileId, slackUserId, conversationId } = file;
    const from = { ...ctx, log: ctx.log.child({ fileId, slackUserId }) };
    const edge = edges.find(({ takesFilesFrom }) => takesFilesFrom?.(ctx, conversationId));
    if (!edge?.fileShared || slackUserId === (await wiring.botUserId())) return;
    let remembered = false;
    try {
      remembered = await rememberDelivery(ctx.db, deliveryKey, ctx.clock.now());
      if (!remembered) return;
      const { caller, ctx: acting } = await admit(from, slackUserId, 'anyone');
      await edge.fileShared(acting, gateway, { fileId, conversationId, uploader: caller });
    } catch (error) {
      if (remembered) await forgetDelivery(ctx.db, deliveryKey).catch(() => undefined);
      const said = errorMessage(from, error);
      const again = buttons(
        readFileAgain,
        button({ actionId: readFileAgain, text: 'Read the file again', value: JSON.stringify(file) }),
      );
      const withButton = isDatabaseDown(error) ? { ...said, blocks: [...said.blocks, again] } : said;
      await gateway
        .post(conversationId, withButton)
        .catch((failure: unknown) => from.log.error({ err: failure }, 'an error could not be said'));
    }
  }

  async function shareFileAgain(body: BlockAction, value: string, respond: RespondFn): Promise<void> {
    const file = fileSchema.safeParse(parseMetadata(value));
    if (!file.success) return;
    const from = { ...ctx, log: ctx.log.child({ fileId: file.data.fileId, slackUserId: body.user.id }) };
    try {
      await wiring.readAccount(from, body.user.id);
      await respondWith(respond)(sentence('Reading the file again…'), true);
      await shareFile(file.data, `again:${body.trigger_id}`);
    } catch (error) {
      await respondWith(respond)(errorMessage(from, error));
    }
  }

  app.event('file_shared', async ({ event, body }) => {
    // Sharing is an event of its own for every conversation; its id is the same in all of Slack's retries.
    await track(
      shareFile(
        { fileId: event.file_id, slackUserId: event.user_id, conversationId: event.channel_id },
        `event:${body.event_id}`,
      ),
    );
  });
}

/** The form with what is wrong said at its top: after an acknowledgement Slack takes no errors under inputs any more. */
function withProblems(view: ModalView, errors: Readonly<Record<string, string>>): ModalView {
  return {
    ...view,
    blocks: [...Object.values(errors).map((problem) => paragraph(emoji('warning'), ` ${problem}`)), ...view.blocks],
  };
}
