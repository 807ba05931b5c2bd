import type { PackedRows } from './row-packing';
import type { SheetKind, SheetLimits, SheetUnreadableReason } from './sheet.types';

/** What the worker is started with. */
export interface SheetTask {
  readonly path: string;
  readonly limits: SheetLimits;
}

/** What the worker says. `rows` uses up one credit; the last message is `done`, `unreadable` or `failed`. */
export type WorkerMessage =
  | { readonly type: 'kind'; readonly kind: SheetKind }
  | { readonly type: 'rows'; readonly rows: PackedRows }
  | { readonly type: 'done' }
  | { readonly type: 'unreadable'; readonly reason: SheetUnreadableReason; readonly message: string }
  | { readonly type: 'failed'; readonly error: Error; readonly code: string | undefined };

/** What the worker is told: that one more batch may be sent. */
export interface CreditMessage {
  readonly type: 'credit';
}

/** Batches that the worker may send before the consumer takes the first: one being read, one waiting. */
export const initialCredits = 2;
