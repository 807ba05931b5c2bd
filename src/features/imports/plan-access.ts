import { profileFor } from '../access/access.service';
import type { Membership } from '../access/access.types';
import type { NamedItems, RowChange, RowValues, SiteFacts } from './row-plan.types';

type Access = Omit<Membership, 'userId'>;

export interface PlannedAccess {
  readonly changes: RowChange['memberships'];
  /** `Apollo (Tester), Zeus (Read Only)`. */
  readonly old: string;
  readonly new: string;
}

/** The default profile after the row; undefined for no change of it. */
export function plannedDefaultProfile(values: RowValues, isNew: boolean): number | null | undefined {
  const { profiles, projects } = values;
  if (profiles === undefined || profiles === null) return profiles;
  const [only, ...others] = profiles;
  if (only === undefined || others.length > 0) return undefined;
  // Beside projects, one line is about them; a new person has no default yet and takes it from there.
  return isNew || projects === undefined || projects.length === 0 ? only.id : undefined;
}

/** The set of memberships that the row asks for, and the way there (R57, A23). */
export function planAccess(
  values: RowValues,
  current: readonly Membership[] | null,
  site: SiteFacts,
  defaultProfileId: number | null,
): PlannedAccess {
  const before = new Map<number, number>();
  for (const { projectId, profileId } of current ?? []) before.set(projectId, profileId);
  const after = targetOf(values, current === null ? null : before, site, defaultProfileId);
  const added: Access[] = [];
  const reprofiled: Access[] = [];
  for (const [projectId, profileId] of after) {
    const had = before.get(projectId);
    if (had === undefined) added.push({ projectId, profileId });
    else if (had !== profileId) reprofiled.push({ projectId, profileId });
  }
  const removed: number[] = [];
  for (const projectId of before.keys()) if (!after.has(projectId)) removed.push(projectId);
  return {
    changes: { added, removed, reprofiled },
    old: shown(before, site.named),
    new: shown(after, site.named),
  };
}

function targetOf(
  values: RowValues,
  before: ReadonlyMap<number, number> | null,
  { catalogue, named }: SiteFacts,
  defaultProfileId: number | null,
): ReadonlyMap<number, number> {
  const { projects } = values;
  // The word <clear> means no project at all, the sample project included, also for somebody new.
  if (projects?.length === 0) return new Map();
  if (projects === undefined && before !== null) return before;
  const profiles = values.profiles ?? [];
  const usual = profileFor(catalogue, defaultProfileId).id;
  const after = new Map<number, number>();
  (projects ?? []).forEach(({ id }, index) => {
    const given = profiles.length === 1 ? profiles[0] : profiles[index];
    after.set(id, given?.id ?? before?.get(id) ?? usual);
  });
  const { sample } = named;
  if (sample !== undefined && !after.has(sample.id)) {
    // Everybody invited gets it, and a list of other projects does not take it away.
    const kept = before === null ? usual : before.get(sample.id);
    if (kept !== undefined) after.set(sample.id, kept);
  }
  return after;
}

function shown(access: ReadonlyMap<number, number>, named: NamedItems): string {
  if (access.size === 0) return '';
  return named
    .projects(access.keys())
    .map(({ id, name }) => {
      const profile = named.profile(access.get(id));
      return profile === undefined ? name : `${name} (${profile.name})`;
    })
    .join(', ');
}
