import { characterCount, nameKey, oneLine } from '../../lib/plain-text';
import { invalidInput } from '../../platform/errors';

/** The longest names, in characters. */
const limits = { profile: 80, group: 80, project: 120 } as const;
export type NamedKind = keyof typeof limits;

/** What is wrong with a name as it was typed, or null. */
export function nameProblem(kind: NamedKind, typed: string): string | null {
  const name = oneLine(typed);
  if (name === '') return `Give the ${kind} a name.`;
  const limit = limits[kind];
  // Small letters may be more characters than capitals were: İ is one and becomes two.
  const length = Math.max(characterCount(name), characterCount(nameKey(name)));
  return length > limit
    ? `A ${kind}’s name has up to ${limit} characters; this one has ${length.toLocaleString('en-US')}.`
    : null;
}

/** The name as it is stored. @throws AppError `invalid_input` */
export function cleanName(kind: NamedKind, typed: string): string {
  const problem = nameProblem(kind, typed);
  if (problem !== null) throw invalidInput(problem, 'name');
  return oneLine(typed);
}

/** A second one of the same name, in words. */
export function nameTaken(kind: NamedKind, name: string): string {
  return `There is a ${kind} named “${name}” already (capitals make no difference). Choose another name.`;
}
