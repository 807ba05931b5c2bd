import type { Context } from '../context';
import { invalidInput, isAppError } from '../errors';
import { mentions, parseCommandLine, replaceMentions, typedText } from './command-text';
import { admit, openLoading, type Say, sayError, showModal, type Wiring } from './wiring';

/** A slash command as it was typed, and how to answer it. */
export interface TypedCommand {
  readonly command: string;
  readonly text: string;
  readonly slackUserId: string;
  readonly conversationId: string | null;
  readonly triggerId: string;
  readonly reply: Say;
}

/** Carries out one command that was acknowledged before. Whatever goes wrong is said. */
export async function runCommand(wiring: Wiring, typed: TypedCommand): Promise<void> {
  const { router, gateway } = wiring;
  const log = wiring.ctx.log.child({ command: typed.command, slackUserId: typed.slackUserId });
  const from = { ...wiring.ctx, log };
  let viewId: string | null = null;
  try {
    // Mentions become addresses later, when somebody may have to ask Slack; the verb and the options are known now.
    const early = parseCommandLine(typedText(replaceMentions(typed.text, (id) => `@${id}`)), router.isOption);
    const found = router.find(typed.command, early);
    if ('problem' in found) return await typed.reply(found.problem);
    const { verb } = found;
    const title = verb.opensModal?.(early) ?? null;
    if (title !== null) {
      const again = JSON.stringify({ command: typed.command, text: typed.text });
      viewId = await openLoading(wiring, typed.triggerId, title, again, typed.reply);
      if (viewId === null) return;
    }
    const { caller, ctx } = await admit(wiring, from, typed.slackUserId, verb.access);
    await verb.handle(ctx, {
      caller,
      slack: gateway,
      conversationId: typed.conversationId,
      requestId: `command:${typed.triggerId}`,
      stopping: wiring.stopping,
      line: parseCommandLine(typedText(await withAddresses(wiring, from, typed.text)), router.isOption),
      reply: typed.reply,
      showModal: (view) => showModal(wiring, viewId, view),
    });
    log.info({ verb: verb.verb }, 'command handled');
  } catch (error) {
    await sayError(wiring, from, error, viewId, typed.reply);
  }
}

/** `<@U…>` becomes the address of that Slack account. @throws AppError `invalid_input` for accounts that may not act */
async function withAddresses(wiring: Wiring, from: Context, text: string): Promise<string> {
  const addresses = new Map<string, string>();
  for (const id of new Set(mentions(text))) {
    try {
      addresses.set(id, (await wiring.readAccount(from, id)).email);
    } catch (error) {
      if (!isAppError(error, 'slack_account_refused')) throw error;
      throw invalidInput(
        'One of the people you mentioned is a guest, a bot, an outside or a deactivated Slack account, or has no e-mail there. Type the e-mail address instead.',
      );
    }
  }
  return replaceMentions(text, (id) => addresses.get(id) ?? '');
}
