import { oneLine } from '../../lib/plain-text';
import { invalidInput } from '../../platform/errors';
import { lookUp } from './access.service';

/** What follows `/usher profiles`: `new NAME`, `edit NAME`, `archive NAME`, or a part of a name to look for. */
export interface SubjectLine {
  readonly verb: 'list' | 'new' | 'edit' | 'archive';
  readonly name: string;
}

const verbs: Readonly<Record<string, SubjectLine['verb']>> = {
  new: 'new',
  add: 'new',
  make: 'new',
  create: 'new',
  edit: 'edit',
  rename: 'edit',
  change: 'edit',
  archive: 'archive',
  delete: 'archive',
  remove: 'archive',
};

const unquoted = (text: string) => /^"(.*)"$|^'(.*)'$/s.exec(text)?.slice(1).find(Boolean) ?? text;

/** @param rest of the command line after its verb */
export function readSubject(rest: string): SubjectLine {
  const [, first = '', after = ''] = /^(\S*)\s*([\s\S]*)$/.exec(oneLine(rest)) ?? [];
  const verb = verbs[first.toLowerCase()];
  if (verb === undefined) return { verb: 'list', name: unquoted(oneLine(rest)) };
  return { verb, name: unquoted(after) };
}

/** What is longer than any name finds nothing, and is not said back whole. @throws AppError `invalid_input` */
export function searchText(name: string): string {
  if (name.length > 200) throw invalidInput('Look for a shorter text, of 200 characters at most.');
  return name;
}

/**
 * The one item that a command names.
 * @throws AppError `invalid_input` with "did you mean", or with the usage where no name was given
 */
export function theOne<Item extends { readonly name: string }>(
  kind: 'Project' | 'Profile' | 'Group',
  items: readonly Item[],
  name: string,
  usage: string,
): Item {
  if (name === '') throw invalidInput(`Which ${kind.toLowerCase()}? Usage: ${usage}`);
  const result = lookUp(kind, items, name);
  if ('problem' in result) throw invalidInput(result.problem, kind.toLowerCase());
  return result.found;
}
