import type { Group, Profile, Project } from './access.types';

/** A profile as admins manage it. */
export interface ManagedProfile extends Profile {
  /** People who have it in a project or as their default, each counted once. */
  readonly holders: number;
  /** Goes up with every change; an edit made on an older one is shown, not carried out. */
  readonly version: number;
}

/** A group as admins manage it. */
export interface ManagedGroup extends Group {
  readonly permissions: readonly string[];
  readonly members: number;
  readonly version: number;
}

/** A project as admins manage it. */
export interface ManagedProject extends Project {
  readonly members: number;
  readonly isArchived: boolean;
  readonly version: number;
}

/** What of a list is looked at. */
export interface ListQuery {
  /** A part of the name, in any case; empty for all. */
  readonly text: string;
  /** Counted from 0. */
  readonly page: number;
}

/** One page of a list. */
export interface ListPage<Item> extends ListQuery {
  readonly items: readonly Item[];
  readonly total: number;
  readonly pages: number;
}

/** Rows of one page: with header and navigation below the blocks and characters of a message. */
export const rowsPerPage = 20;

/** A person as a warning names them. */
export interface NamedPerson {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** What the lists' elements are called, for those who show them and those who answer them. */
export const listNames = {
  profile: {
    pageAction: 'list-profiles:',
    menuAction: 'profile-menu',
    newAction: 'new-profile',
    newText: 'New profile',
  },
  group: { pageAction: 'list-groups:', menuAction: 'group-menu', newAction: 'new-group', newText: 'New group' },
  project: {
    pageAction: 'list-projects:',
    menuAction: 'project-menu',
    newAction: 'new-project',
    newText: 'New project',
  },
} as const;

/**
 * The key under which something archived rests, so that its name is free again. No name can hold a control character,
 * so nothing else ever has this key.
 */
export function archivedKey(id: number): string {
  return `\u0001${id}`;
}
