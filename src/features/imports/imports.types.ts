import type { SheetCellKind } from '../../platform/sheets/sheet.types';
import type { ApprovalNeed } from '../approvals/approvals.types';

/** How many people one file may hold: a sheet has 1,048,576 rows. */
export const importRowLimit = 1_000_000;
/** The largest file that is taken, in bytes. */
export const importByteLimit = 100 * 1024 * 1024;
/** A preview that nobody decided on expires after this many days. */
export const previewLifeDays = 7;

/**
 * `reading`: a worker reads and plans it, or plans it anew. `refused`: the file cannot be imported, `problem` says why.
 * `preview`: waits for an admin. `running`: confirmed, some rows may be applied. `reporting`: every row has its outcome,
 * the summary is not delivered yet; or it was stopped. `paused`: confirmed, and rests until somebody continues it. The rest
 * are ends; `stopped` is one with rows that were not run.
 */
export type ImportState =
  | 'reading'
  | 'preview'
  | 'refused'
  | 'running'
  | 'paused'
  | 'reporting'
  | 'done'
  | 'stopped'
  | 'cancelled'
  | 'expired';

/** Columns that an import reads, by the key their cells are stored under. */
export type FieldKey =
  | 'userId'
  | 'email'
  | 'firstName'
  | 'lastName'
  | 'status'
  | 'authSystem'
  | 'ssoUsername'
  | 'ldapUsername'
  | 'profile'
  | 'groups'
  | 'projects'
  | 'admin';

/** A filled cell as the file has it; what it means is decided when its row is planned. */
export interface ImportCell {
  readonly text: string;
  /** Left out for text. */
  readonly kind?: Exclude<SheetCellKind, 'text'>;
}

/** One row of the file. Columns whose cell is blank are left out. */
export interface ImportRow {
  /** Order of application: see `positionOf`. */
  readonly position: number;
  /** As the spreadsheet program numbers it. */
  readonly rowNumber: number;
  readonly cells: Readonly<Partial<Record<FieldKey, ImportCell>>>;
}

export type RowAction = 'invite' | 'update' | 'unchanged' | 'fail';
export type RowOutcome = 'invited' | 'updated' | 'unchanged' | 'failed';
/** How many rows ended in which way. */
export type OutcomeCounts = Readonly<Record<RowOutcome, number>>;

/** What only one row of a file may say. */
export const twinKinds = ['email', 'ssoUsername', 'ldapUsername'] as const;
export type TwinKind = (typeof twinKinds)[number];

/** How many rows a plan is about. */
export const rowsIn = ({ invite, update, unchanged, fail }: Readonly<Record<RowAction, number>>): number =>
  invite + update + unchanged + fail;

/** What a plan comes to, as it is kept beside its rows. */
export interface ImportTotals {
  readonly counts: Readonly<Record<RowAction, number>>;
  readonly seatsNeeded: number;
  readonly projectsLost: number;
  readonly adminsGranted: number;
  readonly usersDisabled: number;
}

/** What a plan rests on beside its cells: where all of this is as it was, what it says of new people still holds. */
export interface PlanBasis {
  /** A digest of profiles, groups, projects and auth systems. */
  readonly site: string;
  /** Rows about somebody who is known by their address. */
  readonly people: number;
  /** Usernames in the rows that somebody has. */
  readonly names: number;
  /** The least number of active admins at any moment, as a difference to now; null where no row takes one away. */
  readonly fewestAdmins: number | null;
  /** Set where rows fail because they would leave no active admin. */
  readonly keepsAdmins: boolean;
}

/** One thing that a row would change. Old and new are text for people, '' for nothing. */
export interface FieldDifference {
  readonly field: string;
  readonly old: string;
  readonly new: string;
}

/** What is wrong with a row, and what to do. `field` is a column's header, or null where it is the row as a whole. */
export interface RowProblem {
  readonly field: string | null;
  readonly sentence: string;
}

export interface PreviewDifference extends FieldDifference {
  readonly row: number;
  readonly email: string;
}

export interface PreviewFailure {
  readonly row: number;
  /** As it stands in the file, '' where there is none. */
  readonly email: string;
  readonly problems: readonly RowProblem[];
}

/** An earlier import of a file with the same content. */
export interface EarlierImport {
  readonly id: number;
  readonly fileName: string;
  readonly state: ImportState;
  readonly uploadedAt: Date;
  /** When it was confirmed or cancelled. */
  readonly decidedAt: Date | null;
  /** Who confirmed or cancelled it. */
  readonly decidedBy: ImportPerson | null;
  /** Who uploaded it, as a Slack account `TEAM/USER`. */
  readonly uploaderSlackId: string | null;
}

/** An admin as they were when they decided. */
export interface ImportPerson {
  readonly userId: number | null;
  /** The address, or `operator`. */
  readonly label: string;
  readonly slackId: string | null;
}

/** What a file would do, as it is shown before anybody confirms it. */
export interface ImportPreview {
  readonly id: number;
  readonly state: ImportState;
  readonly fileName: string;
  /** For `refused`: one sentence that says what is wrong with the file and what to do. */
  readonly problem: string | null;
  readonly counts: Readonly<Record<RowAction, number>>;
  readonly warnings: readonly string[];
  /** The first ten or fewer, whole rows: of updates in the order of the rows, then of invitations. */
  readonly differences: readonly PreviewDifference[];
  /** The first ten failing rows, in their order. */
  readonly failures: readonly PreviewFailure[];
  /** `needed` is the most seats that are taken at any moment of the import; it cannot start when it is more than `free`. */
  readonly seats: { readonly needed: number; readonly free: number };
  /** Memberships that end; open work in them becomes unassigned. */
  readonly projectsLost: number;
  readonly adminsGranted: number;
  readonly usersDisabled: number;
  /** What it takes beside one admin's confirmation, because of new admins or many people disabled. */
  readonly need: ApprovalNeed;
  /** Who confirmed it while it waits for a second admin. */
  readonly firstConfirmedBy: ImportPerson | null;
  /** Newest first, at most five. */
  readonly earlier: readonly EarlierImport[];
  readonly planDigest: string;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: ImportPerson | null;
  readonly uploaderSlackId: string | null;
  readonly uploaderUserId: number | null;
  readonly conversationId: string | null;
  readonly messageTs: string | null;
  /** Where the uploader handed the file in, which is not always where it is decided on. */
  readonly arrivedIn: string | null;
}

/** A file that arrived and now lies on this machine. */
export interface UploadedFile {
  readonly path: string;
  readonly fileName: string;
  readonly fileSize: number;
  /** `TEAM/USER`; null from the command line. */
  readonly uploaderSlackId: string | null;
  readonly uploaderUserId: number | null;
  readonly conversationId: string | null;
  /** The same file shared in the same conversation is planned once. */
  readonly slackFileId: string | null;
}

/** What of an ended import was delivered, and how often it was tried: each part is delivered once. */
export interface ReportState {
  readonly attempts: number;
  readonly summary: boolean;
  readonly errors: boolean;
  readonly notice: boolean;
}

/** How far an import is; the outcomes add up to `total`. In one that was stopped, `pending` rows were not run. */
export interface ImportProgress {
  readonly id: number;
  readonly state: ImportState;
  readonly fileName: string;
  /** Why the file was refused, or what stopped the import. */
  readonly problem: string | null;
  /** Rows with people in the file. */
  readonly total: number;
  readonly outcomes: OutcomeCounts & { readonly pending: number };
  readonly operationId: number | null;
  readonly uploaderSlackId: string | null;
  readonly uploaderUserId: number | null;
  readonly decidedBy: ImportPerson | null;
  /** Who paused or stopped it. */
  readonly haltedBy: ImportPerson | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly conversationId: string | null;
  readonly messageTs: string | null;
  /** Where the uploader handed the file in, which is not always where it is decided on. */
  readonly arrivedIn: string | null;
  readonly reported: ReportState;
}

/**
 * `changed`: data moved since the preview was shown; it was planned anew, to be shown and confirmed again. `waiting`: it
 * starts when another admin confirms it too. `alone`: there is no other, so it takes a phrase.
 */
export type ConfirmResult =
  | { readonly started: ImportPreview }
  | { readonly changed: ImportPreview }
  | { readonly waiting: ImportPreview }
  | { readonly alone: ImportPreview };
