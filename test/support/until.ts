import { setTimeout as pause } from 'node:timers/promises';
import { minute } from '../../src/lib/duration';

/** Waits until something holds, asking again and again; what throws does not hold yet. @throws Error after a time in milliseconds */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  milliseconds = minute,
): Promise<void> {
  const isSo = async () => holds();
  for (const deadline = Date.now() + milliseconds; !(await isSo().catch(() => false)); await pause(50)) {
    if (Date.now() > deadline) throw new Error(`it did not come about: ${what}`);
  }
}
