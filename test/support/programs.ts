import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** The path of the first of these programs that this machine has. */
export function findProgram(...names: readonly string[]): string | null {
  // Servers live in sbin, which is not on everybody's path.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];
  for (const name of names) {
    const folder = folders.find((candidate) => candidate !== '' && existsSync(join(candidate, name)));
    if (folder !== undefined) return join(folder, name);
  }
  return null;
}

/** A program with its arguments so that it ends with whoever starts it: a test run that is killed leaves no server behind. */
export function guarded(program: string, args: readonly string[]): [command: string, args: string[]] {
  const guard = findProgram('setpriv');
  return guard === null ? [program, [...args]] : [guard, ['--pdeathsig', 'KILL', program, ...args]];
}

/** A port of 127.0.0.1 on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}
