import { toDate } from '../../platform/db/dialect';
import type { Session, SessionKind } from './sessions.types';

/** A session as its table has it, for the stores that read it. */
export interface SessionRow {
  id: number;
  user_id: number;
  kind: SessionKind;
  client_id: string;
  client_name: string;
  ip: string | null;
  started_at: unknown;
  last_seen_at: unknown;
}

export const sessionColumns = [
  'id',
  'user_id',
  'kind',
  'client_id',
  'client_name',
  'ip',
  'started_at',
  'last_seen_at',
].map((column) => `sessions.${column}`);

export function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    clientId: row.client_id,
    clientName: row.client_name,
    ip: row.ip,
    startedAt: toDate(row.started_at),
    lastSeenAt: toDate(row.last_seen_at),
  };
}
