import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Config } from '../config';
import type { Clock } from '../lib/clock';
import type { Delivery } from './mail/delivery.types';
import type { Announce } from './news';
import type { SessionTouches } from './session-touches';

/** On whose behalf something happens. */
export type Actor =
  | {
      readonly kind: 'user';
      readonly userId: number;
      readonly email: string;
      /** `TEAM/USER` when the person acts from Slack. */
      readonly slackId: string | null;
    }
  /** A scheduled job or start-up, by name. */
  | { readonly kind: 'system'; readonly name: string }
  /** Somebody with a shell on the server. */
  | { readonly kind: 'operator' };

/** What every service function gets first. */
export interface Context {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Config;
  readonly delivery: Delivery;
  readonly announce: Announce;
  readonly touches: SessionTouches;
  readonly actor: Actor;
}

/** A context inside a transaction: what must be atomic asks for this one, so calling it outside does not compile. */
export type TxContext = Context & { readonly db: Knex.Transaction };

/** The same context on behalf of somebody else. */
export function actingAs<C extends Context>(ctx: C, actor: Actor): C {
  return { ...ctx, actor };
}
