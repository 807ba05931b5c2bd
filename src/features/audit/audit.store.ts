import type { Knex } from 'knex';
import { insertAll } from '../../platform/db/insert-all';
import type { AuditAction } from './audit-actions.types';

/** One line of the audit trail as it is written. `before` and `after` never hold a token, a link or a password. */
export interface AuditRow {
  readonly at: Date;
  readonly action: AuditAction;
  readonly actorKind: string;
  readonly actorUserId: number | null;
  readonly actorLabel: string;
  readonly actorSlackId: string | null;
  readonly subjectType: string;
  readonly subjectId: number | null;
  readonly subjectLabel: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly operationId: number | null;
}

const json = (value: Readonly<Record<string, unknown>> | null) => (value === null ? null : JSON.stringify(value));

export async function insertAuditRows(db: Knex.Transaction, rows: readonly AuditRow[]): Promise<void> {
  await insertAll(
    db,
    'audit_events',
    rows.map((row) => ({
      at: row.at,
      action: row.action,
      actor_kind: row.actorKind,
      actor_user_id: row.actorUserId,
      actor_label: row.actorLabel,
      actor_slack_id: row.actorSlackId,
      subject_type: row.subjectType,
      subject_id: row.subjectId,
      subject_label: row.subjectLabel,
      before: json(row.before),
      after: json(row.after),
      operation_id: row.operationId,
    })),
  );
}
