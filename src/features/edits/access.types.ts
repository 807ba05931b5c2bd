import type { Catalogue } from '../access/access.service';
import type { ProjectWork } from '../access/open-work.service';
import type { User } from '../users/users.types';
import type { AccessSet } from './access-set';

/** What the chosen projects get: a profile, or one of three words. */
export type AccessChoice = 'default' | 'read-only' | 'remove' | number;

/** What stands in the inputs of the form and is not in the draft yet. */
export interface AccessSelection {
  readonly projectIds: readonly number[];
  /** All projects that the person is in, beside those chosen. */
  readonly everywhere: boolean;
  readonly choice: AccessChoice;
}
export const emptySelection: AccessSelection = { projectIds: [], everywhere: false, choice: 'default' };

/** One user's projects as they are, with a draft that is not saved. */
export interface AccessForm {
  readonly user: User;
  readonly catalogue: Catalogue;
  readonly now: AccessSet;
  /** By project: the profile it is to have, or `removed`. */
  readonly draft: AccessSet;
  /** Open work in the projects that the draft leaves. */
  readonly work: readonly ProjectWork[];
  /** Names of all projects and profiles spoken of, archived ones too. */
  readonly projectNames: ReadonlyMap<number, string>;
  readonly profileNames: ReadonlyMap<number, string>;
  /** What somebody else changed since the form was drawn: `Apollo: Tester → Read Only`; null when nothing did. */
  readonly meanwhile: readonly string[] | null;
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[];
  /** What is still in the inputs. */
  readonly selection: AccessSelection;
}

/** The form as it came back. */
export interface AccessEdit {
  readonly userId: number;
  /** What the form was drawn with, or its digest where that was too long. */
  readonly shown: AccessSet | { readonly digest: string };
  readonly draft: AccessSet;
  readonly selection: AccessSelection;
}

export type AccessResult =
  | { readonly kind: 'again'; readonly form: AccessForm }
  | { readonly kind: 'unchanged'; readonly user: User }
  | {
      readonly kind: 'saved';
      readonly operationId: number;
      readonly user: User;
      /** `Apollo: Tester → Read Only`. */
      readonly lines: readonly string[];
      readonly work: readonly ProjectWork[];
    };
