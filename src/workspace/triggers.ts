import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock';
import { type Stopwatch, startStopwatch } from './timestamps';

/** How long a trigger_id can be exchanged for a modal. */
const triggerLifeMs = 3000;
const triggersKept = 1000;

interface Trigger {
  readonly personId: string;
  readonly stopwatch: Stopwatch;
  /** The modal in which it arose, if it did in one. */
  readonly viewId: string | null;
  exchanged: boolean;
}

export type TriggerError = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

export interface Triggers {
  issue(personId: string, viewId: string | null): string;
  /** Whether it could be exchanged now. */
  look(triggerId: string): { readonly personId: string; readonly viewId: string | null } | TriggerError;
  /** Uses it up. */
  exchange(triggerId: string): void;
}

export function createTriggers(clock: Clock): Triggers {
  const triggers = new Map<string, Trigger>();
  return {
    issue(personId, viewId) {
      const number = () => String(1_000_000_000_000 + randomBytes(5).readUIntBE(0, 5));
      const triggerId = `${number()}.${number()}.${randomBytes(16).toString('hex')}`;
      triggers.set(triggerId, { personId, viewId, stopwatch: startStopwatch(clock), exchanged: false });
      const [oldest] = triggers.keys();
      if (triggers.size > triggersKept && oldest !== undefined) triggers.delete(oldest);
      return triggerId;
    },
    look(triggerId) {
      const trigger = triggers.get(triggerId);
      if (!trigger) return 'invalid_trigger_id';
      if (trigger.exchanged) return 'exchanged_trigger_id';
      if (trigger.stopwatch.elapsedMs() > triggerLifeMs) return 'expired_trigger_id';
      return trigger;
    },
    exchange(triggerId) {
      const trigger = triggers.get(triggerId);
      if (trigger) trigger.exchanged = true;
    },
  };
}
