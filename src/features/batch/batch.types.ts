import { z } from 'zod';
import type { SecretUrl } from '../credentials/credentials.types';
import type { Outcome } from '../operations/operations.service';
import type { User } from '../users/users.types';

/** How many people one batch takes. */
export const batchLimit = 10_000;
/** People that are changed in one transaction; up to as many, a batch ends where it was confirmed. */
export const peoplePerChunk = 200;

/** The batch menu, in its order: exactly these (R48). */
export const batchActions = [
  'assign_projects',
  'reset_passwords',
  'export',
  'update',
  'activate',
  'disable',
  'resend',
] as const;
export type BatchAction = (typeof batchActions)[number];

export const batchActionNames: Readonly<Record<BatchAction, string>> = {
  assign_projects: 'Assign projects',
  reset_passwords: 'Reset passwords',
  export: 'Export users',
  update: 'Update users',
  activate: 'Reactivate users',
  disable: 'Deactivate users',
  resend: 'Resend invite e-mail',
};

const id = z.number().int().positive();

/** What an action is told beside the people, as it is stored. */
export const batchInput = z.object({
  /** Assign projects: these, with this profile; null is each person's default. */
  projectIds: z.array(id).default([]),
  profileId: id.nullable().default(null),
  /** Update: what is left out stays as it is; null is the site's default. */
  defaultProfileId: id.nullable().optional(),
  groups: z.object({ mode: z.enum(['add', 'replace', 'remove']), groupIds: z.array(id) }).optional(),
  authSystem: z.enum(['internal', 'ldap', 'sso']).optional(),
  readOnly: z.boolean().default(false),
});
export type BatchInput = z.infer<typeof batchInput>;
export const noInput: BatchInput = batchInput.parse({});

/** `draft` until its plan was made, `planned` until it is confirmed; `asked` waits for a second admin. */
export type BatchState = 'draft' | 'planned' | 'asked' | 'running' | 'done' | 'cancelled';

export interface Batch {
  readonly id: number;
  readonly action: BatchAction;
  readonly state: BatchState;
  readonly input: BatchInput;
  readonly owner: { readonly userId: number | null; readonly email: string; readonly slackId: string | null };
  readonly operationId: number | null;
  readonly total: number;
  /** How many are behind it. */
  readonly nextPosition: number;
  /** The message that shows how far it is, where there is one. */
  readonly message: { readonly conversationId: string; readonly ts: string } | null;
  readonly createdAt: Date;
}

/** One of the people that a batch works on, whether or not they are still there. */
export interface BatchPerson {
  readonly position: number;
  readonly userId: number | null;
  readonly email: string;
}

/** What a batch would do, counted at this moment. */
export interface BatchPlan {
  readonly batch: Batch;
  readonly consequences: readonly string[];
  /** Why it cannot be confirmed as it is, or null. */
  readonly refusal: string | null;
  /** The first of the people. */
  readonly people: readonly User[];
  /** What whoever confirms has to type, where the site has no second admin to ask; null: nothing. */
  readonly phrase: string | null;
}

/** Somebody's link, for the acting admin's eyes only. */
export interface SentLink {
  readonly user: User;
  readonly link: SecretUrl;
}

/** How a batch ended. */
export interface BatchReport {
  readonly batch: Batch;
  readonly operationId: number;
  readonly counts: Readonly<Record<Outcome, number>>;
}
