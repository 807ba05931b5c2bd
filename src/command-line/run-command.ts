import { CommanderError } from 'commander';
import { exitCodes, sentenceFor } from './failures';
import { createProgram } from './program';
import type { Streams } from './screen';
import { createSession } from './session';

/**
 * Runs one command, as it was typed behind the program's name.
 * @param stopping aborts at Ctrl-C
 * @param streams where it speaks; those of this process unless told
 * @returns the exit code
 */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  stopping: AbortSignal,
  streams: Streams = process,
): Promise<number> {
  const session = createSession(environment, stopping, streams);
  try {
    await createProgram(session).parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    session.screen.complain(sentenceFor(error, session.log));
    return exitCodes.failed;
  } finally {
    // Where commands put it, as commander returns nothing.
    process.exitCode = undefined;
  }
}
