import type { Context } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import type { ActionCall } from '../../platform/slack/definitions';
import { readId } from '../../platform/slack/values';
import { continueImport, pauseImport, stopImport } from './halt-import.service';
import { importProgress } from './imports.service';
import type { ImportProgress } from './imports.types';
import { drawImport, importMessage } from './report-import';

/** Pause below a running import. */
export const pause = (ctx: Context, call: ActionCall): Promise<void> => halt(ctx, call, pauseImport);

/** Go on below a paused one. */
export const goOn = (ctx: Context, call: ActionCall): Promise<void> => halt(ctx, call, continueImport);

/** Stop below either. */
export const stop = (ctx: Context, call: ActionCall): Promise<void> => halt(ctx, call, stopImport);

async function halt(
  ctx: Context,
  call: ActionCall,
  decide: (from: Context, id: number) => Promise<ImportProgress>,
): Promise<void> {
  const id = readId(call.value);
  try {
    const { state } = await decide(ctx, id);
    // A worker takes it up: to go on, or to report the end.
    if (state !== 'paused') await ctx.announce({ kind: 'import_confirmed', importId: id });
  } catch (error) {
    // Somebody else was quicker: the buttons that were pressed are out of date.
    if (isAppError(error, 'conflict')) await show(ctx, call, id);
    throw error;
  }
  await show(ctx, call, id);
}

/** Draws the one message of the import, and what was clicked where that is another one. */
async function show(ctx: Context, call: ActionCall, id: number): Promise<void> {
  const progress = await importProgress(ctx, id);
  const { conversationId, messageTs } = progress;
  if (messageTs === null || call.messageTs !== messageTs || call.conversationId !== conversationId)
    await call.replace(importMessage(progress, null));
  await drawImport(ctx, call.slack, id).catch((error: unknown) =>
    ctx.log.warn({ err: error, importId: id }, 'progress not shown'),
  );
}
