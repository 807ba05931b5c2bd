import { createHash } from 'node:crypto';
import { type Catalogue, profileFor } from '../access/access.service';
import type { ProjectWork } from '../access/open-work.service';
import type { User } from '../users/users.types';
import type { AccessSelection } from './access.types';
import { type AccessSet, packAccess, removed, withDraft } from './access-set';

/** The longest draft, packed, that a form carries. */
const draftLimit = 1000;

/** A draft with what was chosen added to it, or the sentence that says why not. */
export function draftWith(
  draft: AccessSet,
  { projectIds, everywhere, choice }: AccessSelection,
  now: AccessSet,
  catalogue: Catalogue,
  user: User,
): { readonly draft: AccessSet } | { readonly problem: string } {
  const projects = new Set([...(everywhere ? withDraft(now, draft).keys() : []), ...projectIds]);
  if (projects.size === 0) return { problem: 'Choose at least one project, then put it on the list.' };
  const readOnly = catalogue.profiles.find(({ isReadOnly }) => isReadOnly);
  if (choice === 'read-only' && readOnly === undefined) {
    return {
      problem:
        'A read-only licence is the Read Only profile in every chosen project, and this site has no Read Only profile yet. Make one with /usher profiles, then come back. Nothing was changed.',
    };
  }
  const next = new Map(draft);
  const after = withDraft(now, draft);
  for (const projectId of projects) {
    if (choice === 'remove') next.set(projectId, removed);
    else if (choice === 'read-only') next.set(projectId, readOnly?.id ?? removed);
    else if (choice !== 'default') next.set(projectId, choice);
    // Whoever is in the project already keeps the profile they have (A16).
    else if (now.has(projectId) && !after.has(projectId)) next.delete(projectId);
    else if (!after.has(projectId)) next.set(projectId, profileFor(catalogue, user.defaultProfileId).id);
  }
  if (packAccess(next).length > draftLimit) {
    return { problem: 'These are more changes than one form holds. Save what is on the list, then go on.' };
  }
  return { draft: next };
}

/** A draft without what is so already, and without what does not exist any more: those projects and profiles. */
export function soundDraft(
  draft: AccessSet,
  now: AccessSet,
  catalogue: Catalogue,
): { readonly draft: AccessSet; readonly goneProjects: number[]; readonly goneProfiles: number[] } {
  const sound = new Map<number, number>();
  const goneProjects: number[] = [];
  const goneProfiles: number[] = [];
  for (const [projectId, profileId] of draft) {
    if (profileId === removed) {
      if (now.has(projectId)) sound.set(projectId, profileId);
    } else if (!catalogue.projects.some(({ id }) => id === projectId)) goneProjects.push(projectId);
    else if (!catalogue.profiles.some(({ id }) => id === profileId)) goneProfiles.push(profileId);
    else if (now.get(projectId) !== profileId) sound.set(projectId, profileId);
  }
  return { draft: sound, goneProjects, goneProfiles: [...new Set(goneProfiles)] };
}

/** The same for the same text only: short enough for a form's metadata. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** What was told about open work, to be compared with what there is when it is saved. */
export function workDigest(work: readonly ProjectWork[]): string {
  return digestOf(JSON.stringify(work.map(({ projectId, runs, cases }) => [projectId, runs, cases])));
}
