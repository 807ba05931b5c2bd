import type { Knex } from 'knex';
import { containsInAnyCase, equalsInAnyCase, storedDate, toDate } from '../../platform/db/dialect';
import type { TrailEvent, TrailFilter, TrailPlace } from './trail.types';

interface EventRow {
  readonly id: number;
  readonly at: unknown;
  readonly action: string;
  readonly actor_label: string;
  readonly actor_slack_id: string | null;
  readonly subject_type: string;
  readonly subject_label: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly operation_id: number | null;
}

const facts = (json: string | null) => (json === null ? null : (JSON.parse(json) as Record<string, unknown>));

function toEvent(row: EventRow): TrailEvent {
  return {
    id: row.id,
    at: toDate(row.at),
    action: row.action,
    actorLabel: row.actor_label,
    actorSlackId: row.actor_slack_id,
    subjectType: row.subject_type,
    subjectLabel: row.subject_label,
    before: facts(row.before),
    after: facts(row.after),
    operationId: row.operation_id,
  };
}

function filtered(db: Knex, filter: TrailFilter): Knex.QueryBuilder {
  const query = db('audit_events');
  if (filter.actorUserId !== undefined) void query.where('actor_user_id', filter.actorUserId);
  if (filter.actorLabels !== undefined) void query.whereIn('actor_label', [...filter.actorLabels]);
  if (filter.actions !== undefined) void query.whereIn('action', [...filter.actions]);
  if (filter.subjectLabels !== undefined) void query.whereIn('subject_label', [...filter.subjectLabels]);
  if (filter.since !== undefined) void query.where('at', '>=', storedDate(db, filter.since) as Date);
  const { text } = filter;
  if (text !== undefined) {
    const held = (column: string) => containsInAnyCase(db, column, text);
    void query.where(
      (either) =>
        void either
          .whereRaw(...held('subject_label'))
          .orWhereRaw(...held('actor_label'))
          .orWhereRaw(...held("COALESCE(audit_events.before, '')"))
          .orWhereRaw(...held("COALESCE(audit_events.after, '')")),
    );
  }
  return query;
}

/** Events below or above a place, the nearest first; without a place the newest. */
export async function selectTrail(
  db: Knex,
  filter: TrailFilter,
  place: TrailPlace,
  limit: number,
): Promise<TrailEvent[]> {
  const query = filtered(db, filter).limit(limit);
  if (place !== null && 'newer' in place) void query.where('id', '>', place.newer).orderBy('id', 'asc');
  else void query.orderBy('id', 'desc');
  if (place !== null && 'older' in place) void query.where('id', '<', place.older);
  return ((await query.select()) as EventRow[]).map(toEvent);
}

/** Subjects' labels that are this one but for capitals: the addresses of people who are gone. Reads the labels' index. */
export async function selectLabelsLike(db: Knex, key: string): Promise<string[]> {
  return db('audit_events')
    .whereRaw(...equalsInAnyCase(db, 'subject_label', key))
    .distinct('subject_label')
    .limit(20)
    .pluck('subject_label');
}

/** Every action that the trail holds. */
export async function selectActions(db: Knex): Promise<string[]> {
  return db('audit_events').distinct('action').pluck('action');
}
