/** A named set of project permissions. */
export interface Profile {
  readonly id: number;
  readonly name: string;
  readonly permissions: readonly string[];
  /** What a user without a default profile of their own gets. */
  readonly isDefault: boolean;
  readonly isReadOnly: boolean;
}
export interface Group {
  readonly id: number;
  readonly name: string;
}
export interface Project {
  readonly id: number;
  readonly name: string;
  readonly isSample: boolean;
}
/** A user is in a project with exactly one profile. */
export interface Membership {
  readonly userId: number;
  readonly projectId: number;
  readonly profileId: number;
}
