import { CommanderError } from 'commander';
import { readEnvironment } from '../config';
import { exitCodes, sentenceFor } from './failures';
import { createProgram } from './program';
import { createSession } from './session';

async function main(): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Once more means at once.
      if (stopping.signal.aborted) process.exit(exitCodes.stopped);
      stopping.abort();
    });
  }
  const session = createSession(readEnvironment(), stopping.signal);
  try {
    await createProgram(session).parseAsync();
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    session.screen.complain(sentenceFor(error, session.log));
    return exitCodes.failed;
  }
}

void main().then((code) => process.exit(code));
