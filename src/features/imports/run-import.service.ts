import type { Context } from '../../platform/context';

/**
 * Applies a confirmed import chunk by chunk, or takes up one whose worker died. Returns at once when another worker has
 * it. Resolves when the import is done, or when `signal` let it go after its chunk.
 */
export async function runImport(_ctx: Context, _id: number, _signal: AbortSignal): Promise<void> {
  throw new Error('not written yet');
}

/** Takes up confirmed imports that no living worker has, and ends previews that nobody decided on. */
export async function resumeImports(
  _ctx: Context,
  _signal: AbortSignal,
): Promise<{ readonly resumed: number; readonly expired: number }> {
  throw new Error('not written yet');
}
