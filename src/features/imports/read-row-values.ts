import { nearestOf } from '../../lib/did-you-mean';
import { lengthProblem } from '../../lib/email';
import { nameKey, oneLine, shorten } from '../../lib/plain-text';
import { type Catalogue, type FoundByName, nameLookUp, type SuggestionsLeft } from '../access/access.service';
import type { Profile } from '../access/access.types';
import { nameLimit, parseAuthSystem, parseStatus, statusNames, usernameLimit } from '../users/users.types';
import { addressIn, clearWord, emailCellProblem, isClear, linesOf, parseYesNo } from './cell-text';
import { statusLabels } from './field-labels';
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

/** The cells of one row, with all that is wrong with them. A million rows have one each, so nothing is made before it is needed. */
class CellReader {
  readonly problems: RowProblem[] = [];
  private readonly cells: ImportRow['cells'];

  constructor(row: ImportRow) {
    this.cells = row.cells;
  }

  refuse(key: FieldKey, sentence: string): undefined {
    this.problems.push({ field: headerOf[key], sentence });
    return undefined;
  }

  isRefused(key: FieldKey): boolean {
    return this.problems.some(({ field }) => field === headerOf[key]);
  }

  /** The text of a cell that says something, cleared or not. */
  text(key: FieldKey): string | undefined {
    const cell = this.cells[key];
    if (cell === undefined) return undefined;
    if (cell.kind === 'error') {
      return this.refuse(
        key,
        cell.text === ''
          ? 'This formula has no stored result. Open the file in a spreadsheet program, save it, and drop it again.'
          : `This cell holds the error ${shown(cell.text)} instead of a value. Correct it, or empty the cell to leave things as they are.`,
      );
    }
    return oneLine(cell.text) === '' ? undefined : cell.text;
  }

  private fixedText(key: FieldKey): string | undefined {
    const text = this.text(key);
    if (text === undefined || !isClear(text)) return text === undefined ? undefined : oneLine(text);
    return this.refuse(key, `${headerOf[key]} cannot be emptied. Leave the cell blank to leave it as it is.`);
  }

  line(key: FieldKey, limit: number): string | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (isClear(text)) return '';
    const line = oneLine(text);
    const problem = lengthProblem(headerOf[key], line, limit);
    return problem === null ? line : this.refuse(key, problem);
  }

  username(key: 'ssoUsername' | 'ldapUsername'): string | null | undefined {
    const line = this.line(key, usernameLimit);
    return line === '' ? null : line;
  }

  word<Value>(
    key: FieldKey,
    parse: (word: string) => Value | null,
    problem: (word: string) => string,
  ): Value | undefined {
    const word = this.fixedText(key);
    if (word === undefined) return undefined;
    const value = parse(word);
    return value === null ? this.refuse(key, problem(word)) : value;
  }

  names<Item extends { readonly id: number }>(
    key: 'profile' | 'groups' | 'projects',
    find: (name: string) => FoundByName<Item>,
  ): Item[] | null | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (isClear(text)) return null;
    const lines = linesOf(text);
    if (lines.length > mostLines) {
      return this.refuse(
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
        if (wrong <= mostNamed) this.refuse(key, answer.problem);
      }
    }
    if (wrong > mostNamed) this.refuse(key, `${wrong - mostNamed} more lines of this cell name nothing that exists.`);
    return wrong > 0 ? undefined : found;
  }

  email(): string | undefined {
    const cell = this.cells.email;
    if (cell === undefined || (cell.kind !== 'error' && oneLine(cell.text) === '')) {
      return this.refuse('email', 'Login Email is missing. Every row needs the address of the person it is about.');
    }
    if (cell.kind === 'error') {
      return this.refuse('email', 'This cell holds no address but an error. Write the address into it.');
    }
    const address = addressIn(cell);
    const problem = emailCellProblem(address);
    return problem === null
      ? address
      : this.refuse('email', `${shown(address)} ${problem}. Correct it and import this row again.`);
  }
}

const parseUserId = (word: string) => (/^[1-9]\d{0,9}$/.test(word) ? Number(word) : null);
const userIdSentence = (word: string) =>
  `${shown(word)} is not a User ID. Empty the cell, or copy the number from an export.`;
const systemSentence = (word: string) => `Auth System ${shown(word)} is not known. Write Internal, LDAP or SSO.`;
const adminSentence = (word: string) => `Admin is Yes or No, not ${shown(word)}.`;

/** Says what the cells of a row mean by themselves, without asking who the person is, and all that is wrong with them. */
export function readRowValues(row: ImportRow, names: NameFinder): ReadValues {
  const cells = new CellReader(row);
  const values: { -readonly [Key in keyof RowValues]: RowValues[Key] | undefined } = {
    email: cells.email(),
    userId: cells.word('userId', parseUserId, userIdSentence),
    firstName: cells.line('firstName', nameLimit),
    lastName: cells.line('lastName', nameLimit),
    status: cells.word('status', parseStatus, statusSentence),
    authSystem: cells.word('authSystem', parseAuthSystem, systemSentence),
    ssoUsername: cells.username('ssoUsername'),
    ldapUsername: cells.username('ldapUsername'),
    isAdmin: cells.word('admin', parseYesNo, adminSentence),
  };
  const groups = cells.names('groups', names.group);
  if (groups !== undefined) values.groups = eachOnce(groups ?? []);
  const projects = cells.names('projects', names.project);
  const profiles = cells.names('profile', names.profile);
  // What could not be read has been named already and pairs with nothing.
  if (!cells.isRefused('projects') && !cells.isRefused('profile')) {
    Object.assign(values, pairedProjects(projects, profiles, cells));
  }
  return { values: values as RowValues, problems: cells.problems };
}

function statusSentence(word: string): string {
  const near = nearestStatus(nameKey(word));
  const meant = near === null ? null : parseStatus(near);
  return `Status ${shown(word)} is not known${meant === null ? '.' : `; did you mean “${statusLabels[meant]}”?`} Write Invited, Active or Disabled.`;
}

function eachOnce<Item extends { readonly id: number }>(items: readonly Item[]): Item[] {
  return items.length < 2 ? [...items] : [...new Map(items.map((item) => [item.id, item])).values()];
}

/** Projects and profiles belong together: one profile for all, or one a line for each. */
function pairedProjects(
  projects: RowValues['projects'] | null | undefined,
  profiles: readonly Profile[] | null | undefined,
  cells: CellReader,
): Pick<RowValues, 'projects' | 'profiles'> {
  const listed = projects ?? [];
  const given = profiles ?? [];
  if (given.length > 1 && listed.length === 0) {
    cells.refuse(
      'profile',
      'User Profile has several lines, and no project is listed. Write one line, or list as many projects.',
    );
  } else if (given.length > 1 && given.length !== listed.length) {
    cells.refuse(
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
        cells.refuse(
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
