import { readEnvironment } from '../config';
import { exitCodes } from './failures';
import { runCommand } from './run-command';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Once more means at once.
    if (stopping.signal.aborted) process.exit(exitCodes.stopped);
    stopping.abort();
  });
}

void runCommand(process.argv.slice(2), readEnvironment(), stopping.signal).then((code) => process.exit(code));
