import type { Context } from '../../platform/context';
import { countOpenWork, type ProjectWork, selectNames } from './open-work.store';

export type { ProjectWork } from './open-work.store';

/** What would become unassigned if a user left these projects (R39, A18); projects without open work are left out. */
export async function openWorkIn(
  ctx: Context,
  userId: number,
  projectIds: readonly number[],
): Promise<readonly ProjectWork[]> {
  return countOpenWork(ctx.db, userId, projectIds);
}

/** Names by id, those of archived projects and profiles too: for saying what is no longer there. */
export async function namesOf(
  ctx: Context,
  table: 'projects' | 'profiles',
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  return selectNames(ctx.db, table, [...new Set(ids)]);
}
