import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { conflict, notFound } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { requireAdmin } from '../users/users.service';
import { cleanName, nameTaken } from './access-names';
import { adminOperation } from './admin-operation.service';
import { type ListPage, type ListQuery, type ManagedProject, rowsPerPage } from './managed.types';
import {
  countOpenWork,
  countProjects,
  insertProject,
  renameProjectRow,
  selectProject,
  selectProjectPage,
  setProjectArchived,
} from './projects.store';

export interface ProjectPage extends ListPage<ManagedProject> {
  readonly archived: boolean;
}

/** One page of the projects in use, or of the archived ones, by name. @throws AppError `not_admin` */
export async function listProjects(
  ctx: Context,
  { text, page, archived }: ListQuery & { readonly archived: boolean },
): Promise<ProjectPage> {
  await requireAdmin(ctx);
  const total = await countProjects(ctx.db, archived, text);
  const pages = Math.max(1, Math.ceil(total / rowsPerPage));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const items = await selectProjectPage(ctx.db, archived, text, rowsPerPage, shown * rowsPerPage);
  return { items, total, pages, page: shown, text, archived };
}

/** What is hidden with a project. */
export interface OpenWork {
  readonly runs: number;
  readonly cases: number;
}

export interface ProjectView {
  readonly project: ManagedProject;
  readonly openWork: OpenWork;
}

/** A project in use, with its open work. @throws AppError `not_admin`, `not_found` */
export async function showProject(ctx: Context, id: number): Promise<ProjectView> {
  await requireAdmin(ctx);
  const project = await selectProject(ctx.db, id);
  if (project === null || project.isArchived)
    throw notFound(
      'project',
      'Somebody archived this project meanwhile. Nothing was changed; open the list anew with /usher projects.',
    );
  return { project, openWork: await countOpenWork(ctx.db, id) };
}

async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isDuplicate(error)) throw conflict(nameTaken('project', name));
    throw error;
  }
}

/** One change of a project as an operation with its audit line. */
async function recorded(
  tx: TxContext,
  what: 'created' | 'renamed' | 'archived' | 'restored',
  project: { readonly id: number; readonly name: string },
  facts: Readonly<Record<'before' | 'after', Readonly<Record<string, unknown>> | null>>,
  operationId: number,
): Promise<void> {
  await recordAudit(tx, [
    {
      action: `project.${what}`,
      subjectType: 'project',
      subjectId: project.id,
      subjectLabel: project.name,
      ...facts,
      operationId,
    },
  ]);
}

/**
 * Makes a project without members.
 * @throws AppError `not_admin`; `invalid_input` for a name; `conflict` for one that is taken, or for a repeated request
 */
export async function createProject(ctx: Context, typed: string, requestId: string): Promise<ManagedProject> {
  const name = cleanName('project', typed);
  const project = await adminOperation(ctx, 'project.create', requestId, { name }, async (tx, operationId) => {
    const id = await named(name, () => insertProject(tx.db, name, tx.clock.now()));
    await recorded(tx, 'created', { id, name }, { before: null, after: { name } }, operationId);
    return (await showProject(tx, id)).project;
  });
  await ctx.announce({ kind: 'users_changed' });
  return project;
}

/** `stale`: somebody changed it since; nothing was written. */
export interface ProjectChanged extends ProjectView {
  readonly kind: 'done' | 'unchanged' | 'stale';
}

/**
 * Renames a project; the sample project too, which is known by its flag.
 * @throws AppError as createProject, and `not_found`
 */
export async function renameProject(
  ctx: Context,
  change: { readonly id: number; readonly version: number; readonly name: string },
  requestId: string,
): Promise<ProjectChanged> {
  const name = cleanName('project', change.name);
  const result = await adminOperation(
    ctx,
    'project.rename',
    requestId,
    change,
    async (tx, operationId): Promise<ProjectChanged> => {
      const view = await showProject(tx, change.id);
      const { project } = view;
      if (project.version !== change.version) return { kind: 'stale', ...view };
      if (project.name === name) return { kind: 'unchanged', ...view };
      await named(name, () => renameProjectRow(tx.db, project.id, project.version, name, tx.clock.now()));
      const facts = { before: { name: project.name }, after: { name } };
      await recorded(tx, 'renamed', { id: project.id, name }, facts, operationId);
      return { kind: 'done', ...(await showProject(tx, project.id)) };
    },
  );
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** What somebody saw of a project before they archived it. */
export interface SeenProject extends OpenWork {
  readonly id: number;
  readonly version: number;
  readonly members: number;
}

/**
 * Hides a project with its members and work; nothing of it is lost, and its name is free again.
 * @returns `stale` when it is not as it was seen; nothing was written then, and it is to be shown anew
 * @throws AppError `not_admin`, `not_found`
 */
export async function archiveProject(ctx: Context, seen: SeenProject, requestId: string): Promise<ProjectChanged> {
  const result = await adminOperation(
    ctx,
    'project.archive',
    requestId,
    seen,
    async (tx, operationId): Promise<ProjectChanged> => {
      const view = await showProject(tx, seen.id);
      const { project, openWork } = view;
      const isSeen =
        project.version === seen.version &&
        project.members === seen.members &&
        openWork.runs === seen.runs &&
        openWork.cases === seen.cases;
      if (!isSeen) return { kind: 'stale', ...view };
      await setProjectArchived(tx.db, project, true, tx.clock.now());
      const before = {
        name: project.name,
        members: project.members,
        openRuns: openWork.runs,
        openCases: openWork.cases,
      };
      await recorded(tx, 'archived', project, { before, after: null }, operationId);
      return { kind: 'done', ...view };
    },
  );
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * Brings an archived project back with its members, their profiles and its work.
 * @throws AppError `not_admin`; `not_found`; `conflict` when another project has its name now, or it is back already
 */
export async function restoreProject(ctx: Context, id: number, requestId: string): Promise<ManagedProject> {
  const restored = await adminOperation(ctx, 'project.restore', requestId, { id }, async (tx, operationId) => {
    const project = await selectProject(tx.db, id);
    if (project === null) throw notFound('project', 'This project does not exist any more.');
    if (!project.isArchived) throw conflict(`“${project.name}” is in use already; nothing had to be done.`);
    try {
      await setProjectArchived(tx.db, project, false, tx.clock.now());
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw conflict(
        `Another project is named “${project.name}” now, so this one cannot come back. Rename or archive that one first.`,
      );
    }
    await recorded(tx, 'restored', project, { before: null, after: { name: project.name } }, operationId);
    return { ...project, isArchived: false };
  });
  await ctx.announce({ kind: 'users_changed' });
  return restored;
}
