import { createHash } from 'node:crypto';
import type { Context } from '../../platform/context';
import { AppError, invalidInput, notFound } from '../../platform/errors';
import { profileFor, readCatalogue } from '../access/access.service';
import { activeAdmins, findUsers, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import { leftOverCases, openWork } from '../work/work.service';
import type { CaseLine, OpenWork } from '../work/work.types';
import { countWaysIn, selectCandidates, selectNamedMemberships, selectProjectNames } from './deletion.store';
import type { Candidate, DeletionPlan, ProjectGain } from './deletion.types';

/** What other deletions, which come first, will have changed by then. */
export interface Earlier {
  readonly userIds: readonly number[];
  /** Projects that the replacement is in thanks to them. */
  readonly projectIds: readonly number[];
}
const nothingEarlier: Earlier = { userIds: [], projectIds: [] };

/** Why this person cannot take over, or null when they can (A35). */
export function replacementProblem(userId: number, replacement: User | undefined): string | null {
  if (replacement === undefined) return 'The replacement is not there any more. Choose somebody else.';
  const { email, status } = replacement;
  if (replacement.id === userId) return 'Nobody can be their own replacement. Choose somebody else.';
  if (status === 'invited')
    return `${email} has not accepted the invitation yet, so nothing can be handed over. Choose somebody active.`;
  if (status === 'disabled') return `${email} is disabled, so nothing can be handed over. Choose somebody active.`;
  return null;
}

/** @throws AppError `last_admin`, `invalid_input` for oneself */
async function checkDeletable(ctx: Context, user: User, earlier: Earlier): Promise<void> {
  if (ctx.actor.kind === 'user' && ctx.actor.userId === user.id)
    throw invalidInput('You cannot delete yourself. Ask another admin to do it. Nothing was changed.');
  if (!user.isAdmin || user.status !== 'active') return;
  if ((await activeAdmins(ctx)).some(({ id }) => id !== user.id && !earlier.userIds.includes(id))) return;
  throw new AppError(
    'last_admin',
    `${user.email} is the last active admin, and a site needs one. Make somebody else an admin first. Nothing was changed.`,
    {},
  );
}

/** The projects in which the replacement receives something and is no member, with the profile it gets there (A39). */
async function projectGains(
  ctx: Context,
  user: User,
  replacement: User | null,
  work: OpenWork,
  earlier: Earlier,
): Promise<{ gains: ProjectGain[]; memberships: number }> {
  const ids = replacement === null ? [user.id] : [user.id, replacement.id];
  const all = await selectNamedMemberships(ctx.db, ids);
  const own = new Map(all.filter(({ userId }) => userId === user.id).map((item) => [item.projectId, item]));
  if (replacement === null) return { gains: [], memberships: own.size };
  const memberOf = all.filter(({ userId }) => userId === replacement.id).map(({ projectId }) => projectId);
  const known = new Set([...memberOf, ...earlier.projectIds]);
  const received = new Set([...work.runProjectIds, ...work.firstCases.map(({ projectId }) => projectId)]);
  const entered = [...received].filter((id) => !known.has(id));
  const needsDefault = entered.some((id) => !own.has(id));
  const usual = needsDefault ? profileFor(await readCatalogue(ctx), replacement.defaultProfileId) : null;
  const gains = (await selectProjectNames(ctx.db, entered)).map(({ id, name }): ProjectGain => {
    const copied = own.get(id);
    const profile = copied ? { id: copied.profileId, name: copied.profile } : usual;
    if (profile === null) throw new Error(`no profile for project ${id}`);
    return {
      projectId: id,
      project: name,
      profileId: profile.id,
      profile: profile.name,
      copied: copied !== undefined,
    };
  });
  return { gains, memberships: own.size };
}

// Half of the hash is plenty to notice a change by, and twenty of them fit into what a modal carries along.
const hashOf = (facts: unknown) => createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);

function digestsOf(plan: Omit<DeletionPlan, 'digest' | 'workDigest'>): Pick<DeletionPlan, 'digest' | 'workDigest'> {
  const { user, replacement, sessions, tokens, memberships, ...work } = plan;
  const shown = [user.id, user.email, replacement?.id ?? null, replacement?.email ?? null, work];
  return { digest: hashOf([shown, sessions, tokens, memberships]), workDigest: hashOf(shown) };
}

/** The plan with the work it counts. @throws as planDeletion */
export async function countDeletion(
  ctx: Context,
  userId: number,
  replacementId: number | null,
  earlier: Earlier = nothingEarlier,
): Promise<{ plan: DeletionPlan; work: OpenWork }> {
  await requireAdmin(ctx);
  const users = await findUsers(ctx, replacementId === null ? [userId] : [userId, replacementId]);
  const user = users.find(({ id }) => id === userId);
  if (!user) throw notFound('user', 'This person was deleted already. Nothing was changed.');
  await checkDeletable(ctx, user, earlier);
  const replacement = replacementId === null ? null : users.find(({ id }) => id === replacementId);
  const problem = replacement === null ? null : replacementProblem(userId, replacement);
  if (problem !== null) throw invalidInput(problem, 'replacement');
  const work = await openWork(ctx, userId);
  const casesMoved = replacement ? work.firstCases.length : 0;
  const plan = {
    user,
    replacement: replacement ?? null,
    runs: work.runs,
    openCases: work.cases,
    casesMoved,
    casesLeft: work.cases - casesMoved,
    ...(await projectGains(ctx, user, replacement ?? null, work, earlier)),
    ...(await countWaysIn(ctx.db, userId)),
    freesSeat: user.status !== 'disabled',
  };
  return { plan: { ...plan, ...digestsOf(plan) }, work };
}

/**
 * Counts what deleting somebody would do; changes nothing.
 * @throws AppError `not_admin`, `not_found`, `last_admin`; `invalid_input` for oneself, and with the field `replacement`
 *   for somebody who cannot take over
 */
export async function planDeletion(ctx: Context, userId: number, replacementId: number | null): Promise<DeletionPlan> {
  return (await countDeletion(ctx, userId, replacementId)).plan;
}

/** The cases of these people that would become unassigned because they are past the limit. @throws AppError `not_admin` */
export async function* casesLeftOver(
  ctx: Context,
  userIds: readonly number[],
): AsyncGenerator<CaseLine & { readonly assignee: string }> {
  await requireAdmin(ctx);
  for (const { id, email } of await findUsers(ctx, userIds))
    for await (const line of leftOverCases(ctx, id)) yield { ...line, assignee: email };
}

/** People who can take over from these, those in the projects of the open work first. @throws AppError `not_admin` */
export async function replacementCandidates(
  ctx: Context,
  userIds: readonly number[],
  typed: string,
  limit: number,
): Promise<{ readonly near: Candidate[]; readonly others: Candidate[] }> {
  await requireAdmin(ctx);
  const projects = new Set<number>();
  for (const userId of userIds) {
    const work = await openWork(ctx, userId);
    for (const id of work.runProjectIds) projects.add(id);
    for (const { projectId } of work.firstCases) projects.add(projectId);
  }
  const near = projects.size === 0 ? [] : await selectCandidates(ctx.db, userIds, typed, [...projects], limit);
  const known = new Set(near.map(({ id }) => id));
  const all = near.length < limit ? await selectCandidates(ctx.db, userIds, typed, null, limit) : [];
  return { near, others: all.filter(({ id }) => !known.has(id)).slice(0, limit - near.length) };
}
