import type { Knex } from 'knex';
import { nameKey } from '../../lib/plain-text';
import { contains, containsInAnyCase } from '../../platform/db/dialect';
import { archivedKey, type ManagedProject } from './managed.types';

type Database = Knex | Knex.Transaction;

interface ProjectRow {
  id: number;
  name: string;
  is_sample: number | boolean;
  archived_at: unknown;
  version: number;
}

const columns = ['id', 'name', 'is_sample', 'archived_at', 'version'] as const;

async function withMembers(db: Database, rows: readonly ProjectRow[]): Promise<ManagedProject[]> {
  const counted: { project_id: number; total: number }[] = await db('memberships')
    .whereIn(
      'project_id',
      rows.map(({ id }) => id),
    )
    .groupBy('project_id')
    .select('project_id')
    .count({ total: '*' });
  const members = new Map(counted.map((row) => [row.project_id, Number(row.total)]));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    isSample: Boolean(row.is_sample),
    isArchived: row.archived_at !== null,
    version: row.version,
    members: members.get(row.id) ?? 0,
  }));
}

function matching(db: Database, archived: boolean, text: string): Knex.QueryBuilder {
  const query = archived ? db('projects').whereNotNull('archived_at') : db('projects').whereNull('archived_at');
  if (text === '') return query;
  const key = nameKey(text);
  // The key of an archived project is not its name.
  return query.whereRaw(...(archived ? containsInAnyCase(db, 'name', key) : contains('name_key', key)));
}

export async function countProjects(db: Database, archived: boolean, text: string): Promise<number> {
  const row = (await matching(db, archived, text).count({ total: '*' }).first()) as { total: number };
  return Number(row.total);
}

export async function selectProjectPage(
  db: Database,
  archived: boolean,
  text: string,
  limit: number,
  offset: number,
): Promise<ManagedProject[]> {
  const rows: ProjectRow[] = await matching(db, archived, text)
    .orderBy([archived ? 'name' : 'name_key', 'id'])
    .limit(limit)
    .offset(offset)
    .select(...columns);
  return withMembers(db, rows);
}

/** A project, archived or not. */
export async function selectProject(db: Database, id: number): Promise<ManagedProject | null> {
  const rows: ProjectRow[] = await db('projects')
    .where({ id })
    .select(...columns);
  return (await withMembers(db, rows))[0] ?? null;
}

/** Unfinished runs, and the cases in them or in others that have no final result. */
export async function countOpenWork(db: Database, projectId: number): Promise<{ runs: number; cases: number }> {
  const runs = (await db('test_runs')
    .where({ project_id: projectId })
    .where('percent_done', '<', 100)
    .count({ total: '*' })
    .first()) as { total: number };
  const final = db('result_statuses').where({ is_final: true }).select('id');
  const cases = (await db('run_cases')
    .whereIn('run_id', db('test_runs').where({ project_id: projectId }).select('id'))
    .where((open) => void open.whereNull('status_id').orWhereNotIn('status_id', final))
    .count({ total: '*' })
    .first()) as { total: number };
  return { runs: Number(runs.total), cases: Number(cases.total) };
}

export async function insertProject(db: Knex.Transaction, name: string, now: Date): Promise<number> {
  const [id] = await db('projects').insert({ name, name_key: nameKey(name), created_at: now, updated_at: now });
  return Number(id);
}

/** Names a project that still is as somebody saw it. */
export async function renameProjectRow(
  db: Knex.Transaction,
  id: number,
  version: number,
  name: string,
  now: Date,
): Promise<void> {
  await db('projects')
    .where({ id, version })
    .whereNull('archived_at')
    .update({ name, name_key: nameKey(name), updated_at: now, version: db.raw('version + 1') });
}

/** Hides a project, which frees its name, or brings it back under its name. */
export async function setProjectArchived(
  db: Knex.Transaction,
  project: Pick<ManagedProject, 'id' | 'name' | 'version'>,
  archived: boolean,
  now: Date,
): Promise<void> {
  await db('projects')
    .where({ id: project.id, version: project.version })
    .update({
      name_key: archived ? archivedKey(project.id) : nameKey(project.name),
      archived_at: archived ? now : null,
      updated_at: now,
      version: db.raw('version + 1'),
    });
}
