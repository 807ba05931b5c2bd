import type { Catalogue } from '../access/access.service';
import type { Group, Membership, Profile, Project } from '../access/access.types';
import type { NewUser, User, UserChanges, UserStatus } from '../users/users.types';
import type { FieldDifference, ImportRow, RowAction, RowProblem, TwinKind } from './imports.types';

/** What the cells of a row say. A field that is left out leaves things as they are; null or an empty list empties. */
export interface RowValues {
  readonly email?: string;
  readonly userId?: number;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly status?: UserStatus;
  readonly authSystem?: User['authSystem'];
  readonly ssoUsername?: string | null;
  readonly ldapUsername?: string | null;
  readonly isAdmin?: boolean;
  readonly groups?: readonly Group[];
  readonly projects?: readonly Project[];
  /** One for all projects, or one for each; null empties the default profile. */
  readonly profiles?: readonly Profile[] | null;
}

/** The rows that say the same where only one of them may. */
export interface TwinRows {
  /** Their numbers in the file, ascending; the first few. */
  readonly rows: readonly number[];
  readonly total: number;
}
/** What several rows of one file say, by its key; what one row alone says is left out. */
export type Twins = Readonly<Record<TwinKind, ReadonlyMap<string, TwinRows>>>;

/** The site as far as rows are judged by it. */
export interface SiteFacts {
  readonly catalogue: Catalogue;
  readonly named: NamedItems;
  readonly switchedOn: Readonly<Record<User['authSystem'], boolean>>;
  /** Who would confirm: nobody disables themselves. Null for the system and operators. */
  readonly actorUserId: number | null;
}

/** What ids stand for; the lists are in the order of the catalogue. What is not in it is left out. */
export interface NamedItems {
  profile(id: number | null | undefined): Profile | undefined;
  groups(ids: ReadonlySet<number>): Group[];
  projects(ids: Iterable<number>): Project[];
  readonly sample: Project | undefined;
}

/** What is stored now about the people that some rows speak of. */
export interface PeopleFacts {
  readonly byEmailKey: ReadonlyMap<string, User>;
  readonly byId: ReadonlyMap<number, User>;
  readonly memberships: ReadonlyMap<number, readonly Membership[]>;
  readonly groupIds: ReadonlyMap<number, readonly number[]>;
  /** Who holds which username, by its key. */
  readonly holders: Readonly<Record<'ssoUsername' | 'ldapUsername', ReadonlyMap<string, User>>>;
}

type Access = Omit<Membership, 'userId'>;

/** Everything that one row does, decided: applying it asks no further questions. */
export interface RowChange {
  /** Set for somebody new. */
  readonly person: NewUser | null;
  readonly columns: UserChanges;
  /** Null for no change of it. */
  readonly status: UserStatus | null;
  readonly memberships: {
    readonly added: readonly Access[];
    readonly removed: readonly number[];
    readonly reprofiled: readonly Access[];
  };
  readonly groups: { readonly added: readonly number[]; readonly removed: readonly number[] };
  /** Signs in by a password from now on and has none: a link to set one is mailed. */
  readonly sendsReset: boolean;
  /** +1 takes a seat, −1 frees one. */
  readonly seats: -1 | 0 | 1;
  /** +1 is one active admin more, −1 one less. */
  readonly admins: -1 | 0 | 1;
}

/** What one row would do to the data of now. */
export interface RowPlan {
  readonly action: RowAction;
  readonly userId: number | null;
  /** Null for a row that fails or changes nothing. */
  readonly change: RowChange | null;
  readonly differences: readonly FieldDifference[];
  readonly problems: readonly RowProblem[];
}

/** What is compared to find rows that say the same; null where a row says nothing. */
export type TwinKeysOfRow = Readonly<Record<TwinKind, string | null>>;

/** A row with what is planned for it, and the plan as it is stored and compared. */
export interface PlannedRow extends ImportRow {
  /** As it is shown: the address, or what stands in its place. */
  readonly email: string | null;
  readonly keys: TwinKeysOfRow;
  /** Whom it is about, as they are; null for somebody new. */
  readonly user: User | null;
  /** How many of its usernames somebody has, which may be the person themselves. */
  readonly namesHeld: number;
  readonly plan: RowPlan;
  readonly written: WrittenPlan;
}

/** Plan and problems as JSON; null for none. See `writePlan`. */
export interface WrittenPlan {
  readonly plan: string | null;
  readonly problems: string | null;
}
