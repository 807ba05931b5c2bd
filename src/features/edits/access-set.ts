import type { Membership } from '../access/access.types';

/** Profiles by project. */
export type AccessSet = ReadonlyMap<number, number>;
/** What is to become of projects: a profile's id, or `removed`. */
export const removed = 0;

export function accessSet(memberships: readonly Membership[]): AccessSet {
  return new Map(memberships.map(({ projectId, profileId }) => [projectId, profileId]));
}

/**
 * A set as short text for a modal's private_metadata, which holds 3,000 characters in all: for each profile the
 * distances between its projects' ids, in base 36. A hundred neighbouring projects take about two hundred characters.
 */
export function packAccess(set: AccessSet): string {
  const byProfile = new Map<number, number[]>();
  for (const [projectId, profileId] of set) byProfile.set(profileId, [...(byProfile.get(profileId) ?? []), projectId]);
  return [...byProfile]
    .sort(([one], [other]) => one - other)
    .map(([profileId, projectIds]) => {
      let before = 0;
      const distances = projectIds
        .sort((one, other) => one - other)
        .map((id) => {
          const distance = id - before;
          before = id;
          return distance.toString(36);
        });
      return `${profileId.toString(36)}=${distances.join('.')}`;
    })
    .join(';');
}

/** @throws Error for text that packAccess did not make */
export function unpackAccess(text: string): AccessSet {
  const set = new Map<number, number>();
  if (text === '') return set;
  for (const part of text.split(';')) {
    const [profile = '', distances = ''] = part.split('=');
    let projectId = 0;
    for (const distance of distances.split('.')) {
      projectId += Number.parseInt(distance, 36);
      const profileId = Number.parseInt(profile, 36);
      if (!Number.isSafeInteger(projectId) || !Number.isSafeInteger(profileId)) throw new Error('not a set of access');
      set.set(projectId, profileId);
    }
  }
  return set;
}

export function isSameAccess(one: AccessSet, other: AccessSet): boolean {
  return one.size === other.size && [...one].every(([projectId, profileId]) => other.get(projectId) === profileId);
}

/** A set with the wishes of a draft carried out. */
export function withDraft(now: AccessSet, draft: AccessSet): AccessSet {
  const after = new Map(now);
  for (const [projectId, profileId] of draft) {
    if (profileId === removed) after.delete(projectId);
    else after.set(projectId, profileId);
  }
  return after;
}
