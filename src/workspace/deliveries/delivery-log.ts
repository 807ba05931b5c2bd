import type { JsonObject } from '../json';
import type { Delivery, Retry } from './delivery';

/** One delivery, as it went; tests read these to see that everything was acknowledged in time. */
export interface DeliveryRecord {
  readonly kind: Delivery['kind'];
  readonly name: string;
  readonly payload: JsonObject;
  readonly retry: Retry | null;
  readonly startedAt: Date;
  /** Until the acknowledgement, or until the workspace stopped to wait for it. */
  readonly durationMs: number;
  readonly outcome: 'acknowledged' | 'operation_timeout' | 'dispatch_failed';
  readonly status: number | null;
  /** What came with the acknowledgement, if anything did. */
  readonly answer: unknown;
}

/** Something that Slack would have refused or dropped without a word to the person: an invalid view in an answer, say. */
export interface Complaint {
  readonly about: string;
  readonly messages: readonly string[];
}

export interface DeliveryLog {
  add(record: DeliveryRecord): void;
  complain(complaint: Complaint): void;
  /** Oldest first. */
  list(): readonly DeliveryRecord[];
  complaints(): readonly Complaint[];
  clear(): void;
}

const recordsKept = 1000;

export function createDeliveryLog(): DeliveryLog {
  let records: DeliveryRecord[] = [];
  let complaints: Complaint[] = [];
  return {
    add(record) {
      records.push(record);
      if (records.length > recordsKept) records.shift();
    },
    complain(complaint) {
      complaints.push(complaint);
      if (complaints.length > recordsKept) complaints.shift();
    },
    list: () => records,
    complaints: () => complaints,
    clear() {
      records = [];
      complaints = [];
    },
  };
}
