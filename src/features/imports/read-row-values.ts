import { nearestOf } from '../../lib/did-you-mean';
import { emailKey, lengthProblem } from '../../lib/email';
import { nameKey, oneLine, shorten } from '../../lib/plain-text';
import { type Catalogue, type FoundByName, nameLookUp, type SuggestionsLeft } from '../access/access.service';
import type { Profile } from '../access/access.types';
import { nameLimit, parseAuthSystem, parseStatus, statusNames, usernameLimit } from '../users/users.types';
import { addressIn, clearWord, emailCellProblem, isClear, linesOf, parseYesNo } from './cell-text';
import { statusLabels } from './field-labels';
import { headerOf } from './import-columns';
import type { FieldKey, ImportRow, RowProblem } from './imports.types';
import type { RowValues, TwinKeysOfRow } from './row-plan.types';

export interface ReadValues {
  readonly values: RowValues;
  readonly keys: TwinKeysOfRow;
  readonly problems: readonly RowProblem[];
}

/** Finds what names mean. Names are few and rows many, so each name is looked up once. */
export interface NameFinder {
  readonly profiles: NamedColumn<Catalogue['profiles'][number]>;
  readonly groups: NamedColumn<Catalogue['groups'][number]>;
  readonly projects: NamedColumn<Catalogue['projects'][number]>;
}

/** A column whose cells hold names, one a line. */
interface NamedColumn<Item> {
  find(name: string): FoundByName<Item>;
  /** What whole cells name, by their texts. */
  readonly cells: Map<string, readonly Item[]>;
}

/** What was meant is said of so many different names of one file; all others just do not exist. */
const mostSuggestions = 50;
/** No cell of a real file has more lines; each is looked up. */
const mostLines = 200;
/** Unknown names of one cell that are named each. */
const mostNamed = 10;
/** Different cells of a column that are remembered, and how long they may be. */
const mostCells = 1000;
const longestCell = 200;

export function nameFinder(catalogue: Catalogue): NameFinder {
  const suggestions: SuggestionsLeft = { left: mostSuggestions };
  const remembering = <Item extends { readonly name: string }>(
    kind: 'Project' | 'Profile' | 'Group',
    items: readonly Item[],
  ): NamedColumn<Item> => {
    const lookUp = nameLookUp(kind, items, suggestions);
    const known = new Map<string, FoundByName<Item>>();
    const find = (name: string): FoundByName<Item> => {
      // No name is that long.
      const short = shorten(name, 200);
      const answer = known.get(short) ?? lookUp(short);
      // Once nobody asks what was meant, an unknown name is found out as fast as it would be remembered.
      if ('found' in answer || suggestions.left > 0) known.set(short, answer);
      return answer;
    };
    return { find, cells: new Map() };
  };
  return {
    profiles: remembering('Profile', catalogue.profiles),
    groups: remembering('Group', catalogue.groups),
    projects: remembering('Project', catalogue.projects),
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

  /** The text of a cell as it is; undefined where there is none, or an error in its place. */
  private text(key: FieldKey): string | undefined {
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
    return cell.text;
  }

  /** The text of a cell that says something, cleared or not, in one line. */
  private oneLine(key: FieldKey): string | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const line = oneLine(text);
    return line === '' ? undefined : line;
  }

  private fixedText(key: FieldKey): string | undefined {
    const line = this.oneLine(key);
    if (line === undefined || !isClear(line)) return line;
    return this.refuse(key, `${headerOf[key]} cannot be emptied. Leave the cell blank to leave it as it is.`);
  }

  line(key: FieldKey, limit: number): string | undefined {
    const line = this.oneLine(key);
    if (line === undefined) return undefined;
    if (isClear(line)) return '';
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
    { find, cells }: NamedColumn<Item>,
  ): readonly Item[] | null | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const known = cells.get(text);
    if (known !== undefined) return known;
    if (isClear(text)) return null;
    const lines = linesOf(text);
    if (lines.length === 0) return undefined;
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
    if (wrong > 0) return undefined;
    if (cells.size < mostCells && text.length <= longestCell) cells.set(text, found);
    return found;
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
  const values: WrittenValues = {
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
  const groups = cells.names('groups', names.groups);
  if (groups !== undefined) values.groups = eachOnce(groups ?? []);
  const projects = cells.names('projects', names.projects);
  const profiles = cells.names('profile', names.profiles);
  // What could not be read has been named already and pairs with nothing.
  if (!cells.isRefused('projects') && !cells.isRefused('profile')) pairProjects(values, projects, profiles, cells);
  return { values: values as RowValues, keys: twinKeysOf(values), problems: cells.problems };
}

type WrittenValues = { -readonly [Key in keyof RowValues]: RowValues[Key] | undefined };

// As wide as the columns; small letters may be more characters than capitals were.
const longestKey = 255;

/** What a row says where only one row of a file may, as it is compared. */
function twinKeysOf({ email, ssoUsername, ldapUsername }: WrittenValues): TwinKeysOfRow {
  const usernameKey = (username: string | null | undefined) =>
    username === undefined || username === null ? null : nameKey(username).slice(0, longestKey);
  return {
    // No address is too long for its column.
    email: email === undefined ? null : emailKey(email),
    ssoUsername: usernameKey(ssoUsername),
    ldapUsername: usernameKey(ldapUsername),
  };
}

function statusSentence(word: string): string {
  const near = nearestStatus(nameKey(word));
  const meant = near === null ? null : parseStatus(near);
  return `Status ${shown(word)} is not known${meant === null ? '.' : `; did you mean “${statusLabels[meant]}”?`} Write Invited, Active or Disabled.`;
}

function eachOnce<Item extends { readonly id: number }>(items: readonly Item[]): readonly Item[] {
  return items.length < 2 ? items : [...new Map(items.map((item) => [item.id, item])).values()];
}

/** Projects and profiles belong together: one profile for all, or one a line for each. */
function pairProjects(
  values: WrittenValues,
  projects: RowValues['projects'] | null | undefined,
  profiles: RowValues['profiles'],
  cells: CellReader,
): void {
  const listed = projects ?? [];
  if (projects !== undefined) values.projects = eachOnce(listed);
  if (profiles === undefined) return;
  values.profiles = profiles !== null && profiles.length > 1 ? pairedProfiles(listed, profiles, cells) : profiles;
}

/** The profiles of the listed projects, each of which counts once. */
function pairedProfiles(
  listed: NonNullable<RowValues['projects']>,
  given: readonly Profile[],
  cells: CellReader,
): readonly Profile[] {
  if (listed.length === 0) {
    cells.refuse(
      'profile',
      'User Profile has several lines, and no project is listed. Write one line, or list as many projects.',
    );
    return [];
  }
  if (given.length !== listed.length) {
    cells.refuse(
      'profile',
      `User Profile has ${given.length} lines for ${listed.length} ${listed.length === 1 ? 'project' : 'projects'}. Write one line for all, or one for each in their order.`,
    );
    return [];
  }
  const profileOf = new Map<number, Profile>();
  listed.forEach((project, index) => {
    const profile = given[index];
    const before = profileOf.get(project.id);
    if (profile === undefined) return;
    if (before !== undefined && before.id !== profile.id) {
      cells.refuse(
        'projects',
        `Project “${project.name}” is listed twice with different profiles. Leave one of the two lines.`,
      );
    }
    profileOf.set(project.id, profile);
  });
  // A project that comes again keeps the place of its first mention.
  return [...profileOf.values()];
}
