import { z } from 'zod';
import { isDatabaseDown } from '../db/transaction';
import { forgetDelivery, rememberDelivery } from '../deliveries.store';
import { button, buttons, type SlackMessage, sentence } from './blocks';
import { errorMessage } from './error-messages';
import { admit, parseJson, type Wiring } from './wiring';

/** The button under a file that could not be read while the database was away. */
export const readFileAgain = 'read-file-again';

const fileSchema = z.object({ fileId: z.string(), slackUserId: z.string(), conversationId: z.string() });
type FileRef = z.infer<typeof fileSchema>;

/**
 * Hands a shared file to the feature that takes files, once for each delivery; our own uploads and files in other
 * conversations are left alone. What goes wrong is said where the file lies.
 */
export async function shareFile(wiring: Wiring, file: FileRef, deliveryKey: string): Promise<void> {
  const { ctx, gateway } = wiring;
  const { fileId, slackUserId, conversationId } = file;
  const from = { ...ctx, log: ctx.log.child({ fileId, slackUserId }) };
  const edge = wiring.edges.find(({ takesFilesFrom }) => takesFilesFrom?.(ctx, conversationId));
  let remembered = false;
  try {
    if (!edge?.fileShared || slackUserId === (await wiring.botUserId())) return;
    remembered = await rememberDelivery(ctx.db, deliveryKey, ctx.clock.now());
    if (!remembered) return;
    const admitted = await admit(wiring, from, slackUserId, 'anyone');
    await edge.fileShared(admitted.ctx, gateway, { fileId, conversationId, uploader: admitted.caller });
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

/** Reads a file once more, for its uploader, who pressed the button where the file lies. */
export async function shareFileAgain(
  wiring: Wiring,
  request: {
    readonly slackUserId: string;
    readonly conversationId: string | null;
    readonly triggerId: string;
    readonly value: string;
  },
  say: (message: SlackMessage, replace?: boolean) => Promise<void>,
): Promise<void> {
  const file = fileSchema.safeParse(parseJson(request.value));
  if (!file.success) return;
  const from = { ...wiring.ctx, log: wiring.ctx.log.child({ fileId: file.data.fileId }) };
  try {
    await wiring.readAccount(from, request.slackUserId);
    const { slackUserId, conversationId } = file.data;
    if (request.slackUserId !== slackUserId || request.conversationId !== conversationId)
      return await say(
        sentence('Only whoever shared this file can have it read again. Drop it yourself to import it.'),
      );
    await say(sentence('Reading the file again…'), true);
    await shareFile(wiring, file.data, `again:${request.triggerId}`);
  } catch (error) {
    await say(errorMessage(from, error), true);
  }
}
