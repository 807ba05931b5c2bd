import type { Catalogue } from '../access/access.service';
import type { SecretUrl } from '../credentials/credentials.types';
import type { SentInvitation } from '../invites/invites.types';
import type { AuthSystem, User, UserStatus } from '../users/users.types';

/** What the form of one user holds. */
export interface UserFields {
  readonly firstName: string;
  readonly lastName: string;
  readonly status: UserStatus;
  readonly isAdmin: boolean;
  readonly authSystem: AuthSystem;
  readonly ssoUsername: string | null;
  readonly ldapUsername: string | null;
  readonly defaultProfileId: number | null;
  /** In the order of their names, `groupsShown` at most; further groups are left alone. */
  readonly groupIds: readonly number[];
}
export type FieldName = keyof UserFields;

/** A select of Slack holds so many. */
export const groupsShown = 100;

/** One thing that changed. Old and new are text for people, '' for nothing. */
export interface FieldDifference {
  readonly field: string;
  readonly old: string;
  readonly new: string;
}

/** One user as they are, and what their fields can be set to. */
export interface EditForm {
  readonly user: User;
  readonly fields: UserFields;
  readonly catalogue: Catalogue;
  readonly switchedOn: Readonly<Record<AuthSystem, boolean>>;
  /** Groups beyond those shown. */
  readonly moreGroups: number;
}

export interface UserEdit {
  readonly userId: number;
  /** As it was when the form was drawn. */
  readonly version: number;
  /** What the form was drawn with. */
  readonly shown: UserFields;
  /** What it holds now. */
  readonly typed: UserFields;
  /** What the only admin typed to make somebody else one; '' where nothing was asked. */
  readonly phrase: string;
  readonly idempotencyKey: string;
}

export type EditResult =
  | { readonly kind: 'unchanged'; readonly user: User }
  | {
      readonly kind: 'saved';
      readonly operationId: number;
      readonly user: User;
      readonly differences: readonly FieldDifference[];
      readonly sessionsEnded: number;
      readonly invitedAgain: SentInvitation | null;
      readonly resetLink: SecretUrl | null;
      /** `asked`: making them an admin waits for a second admin; `nobody_left`: that one vanished meanwhile. */
      readonly adminAsked: 'no' | 'asked' | 'nobody_left';
    }
  /** Nothing was written: the form is to be shown again with what was typed. */
  | {
      readonly kind: 'again';
      readonly form: EditForm;
      readonly typed: UserFields;
      /** What somebody else changed since the form was drawn; null when nothing did. */
      readonly meanwhile: readonly FieldDifference[] | null;
      readonly problems: Readonly<Partial<Record<FieldName | 'phrase', string>>>;
      /** To be typed before somebody becomes an admin; null when it is not needed. */
      readonly phrase: string | null;
    };
