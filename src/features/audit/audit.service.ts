import type { Actor, Context, TxContext } from '../../platform/context';
import { insertAuditRows } from './audit.store';
import type { AuditAction } from './audit-actions.types';
import { countEvents } from './count-events.store';

/** A change, said by who makes it. Who acts and when is taken from the context. */
export interface AuditEvent {
  readonly action: AuditAction;
  readonly subjectType:
    | 'user'
    | 'import'
    | 'invite'
    | 'profile'
    | 'group'
    | 'project'
    | 'licence'
    | 'setting'
    | 'job'
    | 'approval';
  readonly subjectId: number | null;
  readonly subjectLabel: string;
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
  readonly operationId?: number | null;
}

function actorColumns(actor: Actor): { actorUserId: number | null; actorLabel: string; actorSlackId: string | null } {
  switch (actor.kind) {
    case 'user':
      return { actorUserId: actor.userId, actorLabel: actor.email, actorSlackId: actor.slackId };
    case 'system':
      return { actorUserId: null, actorLabel: actor.name, actorSlackId: null };
    case 'operator':
      return { actorUserId: null, actorLabel: 'operator', actorSlackId: null };
  }
}

/** Writes what changed beside the change itself, in its transaction; any number of events in a few statements. */
export async function recordAudit(tx: TxContext, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  const at = tx.clock.now();
  const actor = actorColumns(tx.actor);
  await insertAuditRows(
    tx.db,
    events.map((event) => ({
      at,
      action: event.action,
      actorKind: tx.actor.kind,
      ...actor,
      subjectType: event.subjectType,
      subjectId: event.subjectId,
      subjectLabel: event.subjectLabel,
      before: event.before ?? null,
      after: event.after ?? null,
      operationId: event.operationId ?? null,
    })),
  );
}

/** How often something was done, from one moment on and before another. */
export async function timesDone(ctx: Context, action: AuditAction, from: Date, to: Date): Promise<number> {
  return countEvents(ctx.db, action, from, to);
}
