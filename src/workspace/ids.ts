import { createHash, randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function spell(bytes: Buffer, length: number): string {
  let word = '';
  for (let index = 0; index < length; index += 1) word += alphabet[(bytes[index] ?? 0) % alphabet.length];
  return word;
}

/** A Slack-like id that is the same for the same thing after every start: apps keep user and channel ids. */
export function stableId(prefix: string, kind: string, name: string): string {
  return `${prefix}0${spell(createHash('sha256').update(`${kind}:${name}`).digest(), 9)}`;
}

/** A Slack-like id for a thing that lives only as long as the workspace. */
export function freshId(prefix: string): string {
  return `${prefix}0${spell(randomBytes(9), 9)}`;
}

/** Short id as Slack gives to blocks and elements that came without one. */
export function blockIdentifier(): string {
  return spell(randomBytes(5), 5);
}
