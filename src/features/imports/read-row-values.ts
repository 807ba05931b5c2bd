import { nearestOf } from '../../lib/did-you-mean';
import { lengthProblem } from '../../lib/email';
import { nameKey, oneLine, shorten } from '../../lib/plain-text';
import { type Catalogue, type FoundByName, nameLookUp, type SuggestionsLeft } from '../access/access.service';
import type { Profile } from '../access/access.types';
import { nameLimit, parseAuthSystem, parseStatus, statusNames, usernameLimit } from '../users/users.types';
import { addressIn, clearWord, emailCellProblem, isClear, linesOf, parseYesNo } from './cell-text';
import { headerOf } from './import-columns';
import type { FieldKey, ImportRow, RowProblem } from './imports.types';
import type { RowValues } from './row-plan.types';

export interface ReadValues {
  readonly values: RowValues;
  readonly problems: readonly RowProblem[];
}

/** Finds what names mean. Names are few and rows many, so each name is looked up once. */
export interface NameFinder {
  profile(name: string): FoundByName<Catalogue['profiles'][number]>;
  group(name: string): FoundByName<Catalogue['groups'][number]>;
  project(name: string): FoundByName<Catalogue['projects'][number]>;
}

/** What was meant is said of so many different names of one file; all others just do not exist. */
const mostSuggestions = 50;
/** No cell of a real file has more lines; each is looked up. */
const mostLines = 200;
/** Unknown names of one cell that are named each. */
const mostNamed = 10;

export function nameFinder(catalogue: Catalogue): NameFinder {
  const suggestions: SuggestionsLeft = { left: mostSuggestions };
  const remembering = <Item extends { readonly name: string }>(
    kind: 'Project' | 'Profile' | 'Group',
    items: readonly Item[],
  ) => {
    const lookUp = nameLookUp(kind, items, suggestions);
    const known = new Map<string, FoundByName<Item>>();
    return (name: string): FoundByName<Item> => {
      // No name is that long.
      const short = shorten(name, 200);
      const answer = known.get(short) ?? lookUp(short);
      // Once nobody asks what was meant, an unknown name is found out as fast as it would be remembered.
      if ('found' in answer || suggestions.left > 0) known.set(short, answer);
      return answer;
    };
  };
  return {
    profile: remembering('Profile', catalogue.profiles),
    group: remembering('Group', catalogue.groups),
    project: remembering('Project', catalogue.projects),
  };
}

const nearestStatus = nearestOf(statusNames);
const shown = (text: string) => `“${shorten(oneLine(text), 60)}”`;

/** Says what the cells of a row mean by themselves, without asking who the person is, and all that is wrong with them. */
export function readRowValues(row: ImportRow, names: NameFinder): ReadValues {
  const problems: RowProblem[] = [];
  const refused = new Set<FieldKey>();
  const refuse = (key: FieldKey, sentence: string): undefined => {
    refused.add(key);
    problems.push({ field: headerOf[key], sentence });
    return undefined;
  };

  /** The text of a cell that says something, cleared or not. */
  const textOf = (key: FieldKey): string | undefined => {
    const cell = row.cells[key];
    if (cell === undefined) return undefined;
    if (cell.kind === 'error') {
      return refuse(
        key,
        cell.text === ''
          ? 'This formula has no stored result. Open the file in a spreadsheet program, save it, and drop it again.'
          : `This cell holds the error ${shown(cell.text)} instead of a value. Correct it, or empty the cell to leave things as they are.`,
      );
    }
    return oneLine(cell.text) === '' ? undefined : cell.text;
  };
  const fixedText = (key: FieldKey): string | undefined => {
    const text = textOf(key);
    if (text === undefined || !isClear(text)) return text === undefined ? undefined : oneLine(text);
    return refuse(key, `${headerOf[key]} cannot be emptied. Leave the cell blank to leave it as it is.`);
  };
  const lineOf = (key: FieldKey, limit: number): string | undefined => {
    const text = textOf(key);
    if (text === undefined) return undefined;
    if (isClear(text)) return '';
    const line = oneLine(text);
    const problem = lengthProblem(headerOf[key], line, limit);
    return problem === null ? line : refuse(key, problem);
  };
  const usernameOf = (key: 'ssoUsername' | 'ldapUsername'): string | null | undefined => {
    const line = lineOf(key, usernameLimit);
    return line === '' ? null : line;
  };
  const wordOf = <Value>(key: FieldKey, parse: (word: string) => Value | null, problem: (word: string) => string) => {
    const word = fixedText(key);
    if (word === undefined) return undefined;
    const value = parse(word);
    return value === null ? refuse(key, problem(word)) : value;
  };
  const listOfNames = <Item extends { readonly id: number }>(
    key: 'profile' | 'groups' | 'projects',
    find: (name: string) => FoundByName<Item>,
  ): Item[] | null | undefined => {
    const text = textOf(key);
    if (text === undefined) return undefined;
    if (isClear(text)) return null;
    const lines = linesOf(text);
    if (lines.length > mostLines) {
      return refuse(
        key,
        `${headerOf[key]} has ${lines.length.toLocaleString('en-US')} lines, and at most ${mostLines} can be read. Leave out what is not a name.`,
      );
    }
    const found: Item[] = [];
    let wrong = 0;
    for (const name of lines) {
      const answer = isClear(name)
        ? { problem: `${clearWord} must stand alone in its cell. Delete it, or the other lines.` }
        : find(name);
      if ('found' in answer) found.push(answer.found);
      else {
        wrong += 1;
        if (wrong <= mostNamed) refuse(key, answer.problem);
      }
    }
    if (wrong > mostNamed) refuse(key, `${wrong - mostNamed} more lines of this cell name nothing that exists.`);
    return wrong > 0 ? undefined : found;
  };

  const email = readEmail(row, refuse);
  const userId = wordOf(
    'userId',
    (word) => (/^[1-9]\d{0,9}$/.test(word) ? Number(word) : null),
    (word) => `${shown(word)} is not a User ID. Empty the cell, or copy the number from an export.`,
  );
  const firstName = lineOf('firstName', nameLimit);
  const lastName = lineOf('lastName', nameLimit);
  const status = wordOf('status', parseStatus, statusSentence);
  const authSystem = wordOf(
    'authSystem',
    parseAuthSystem,
    (word) => `Auth System ${shown(word)} is not known. Write Internal, LDAP or SSO.`,
  );
  const ssoUsername = usernameOf('ssoUsername');
  const ldapUsername = usernameOf('ldapUsername');
  const isAdmin = wordOf('admin', parseYesNo, (word) => `Admin is Yes or No, not ${shown(word)}.`);
  const groups = listOfNames('groups', names.group);
  const projects = listOfNames('projects', names.project);
  const profiles = listOfNames('profile', names.profile);
  return {
    values: {
      ...(email !== undefined && { email }),
      ...(userId !== undefined && { userId }),
      ...(firstName !== undefined && { firstName }),
      ...(lastName !== undefined && { lastName }),
      ...(status !== undefined && { status }),
      ...(authSystem !== undefined && { authSystem }),
      ...(ssoUsername !== undefined && { ssoUsername }),
      ...(ldapUsername !== undefined && { ldapUsername }),
      ...(isAdmin !== undefined && { isAdmin }),
      ...(groups !== undefined && { groups: eachOnce(groups ?? []) }),
      // What could not be read has been named already and pairs with nothing.
      ...(!refused.has('projects') && !refused.has('profile') && pairedProjects(projects, profiles, refuse)),
    },
    problems,
  };
}

function readEmail(row: ImportRow, refuse: (key: FieldKey, sentence: string) => undefined): string | undefined {
  const cell = row.cells.email;
  if (cell === undefined || (cell.kind !== 'error' && oneLine(cell.text) === '')) {
    return refuse('email', 'Login Email is missing. Every row needs the address of the person it is about.');
  }
  if (cell.kind === 'error') {
    return refuse('email', 'This cell holds no address but an error. Write the address into it.');
  }
  const address = addressIn(cell);
  const problem = emailCellProblem(address);
  return problem === null
    ? address
    : refuse('email', `${shown(address)} ${problem}. Correct it and import this row again.`);
}

function statusSentence(word: string): string {
  const meant = nearestStatus(nameKey(word));
  return `Status ${shown(word)} is not known${meant === null ? '' : `; did you mean “${meant}”?`}${meant === null ? '.' : ''} Write Invited, Active or Disabled.`;
}

function eachOnce<Item extends { readonly id: number }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

/** Projects and profiles belong together: one profile for all, or one a line for each. */
function pairedProjects(
  projects: RowValues['projects'] | null | undefined,
  profiles: readonly Profile[] | null | undefined,
  refuse: (key: FieldKey, sentence: string) => undefined,
): Pick<RowValues, 'projects' | 'profiles'> {
  const listed = projects ?? [];
  const given = profiles ?? [];
  if (given.length > 1 && listed.length === 0) {
    refuse(
      'profile',
      'User Profile has several lines, and no project is listed. Write one line, or list as many projects.',
    );
  } else if (given.length > 1 && given.length !== listed.length) {
    refuse(
      'profile',
      `User Profile has ${given.length} lines for ${listed.length} ${listed.length === 1 ? 'project' : 'projects'}. Write one line for all, or one for each in their order.`,
    );
  }
  const profileOf = new Map<number, number>();
  if (given.length > 1 && given.length === listed.length) {
    listed.forEach((project, index) => {
      const profile = given[index];
      const before = profileOf.get(project.id);
      if (profile === undefined) return;
      if (before !== undefined && before !== profile.id) {
        refuse(
          'projects',
          `Project “${project.name}” is listed twice with different profiles. Leave one of the two lines.`,
        );
      }
      profileOf.set(project.id, profile.id);
    });
  }
  const once = eachOnce(listed);
  const paired =
    given.length > 1
      ? once.flatMap(({ id }) => given.find((profile) => profile.id === profileOf.get(id)) ?? [])
      : given;
  return {
    ...(projects !== undefined && { projects: once }),
    ...(profiles !== undefined && { profiles: profiles === null ? null : paired }),
  };
}
