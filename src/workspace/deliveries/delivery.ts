import type { JsonObject } from '../json';

/** One thing that Slack tells an app. */
export interface Delivery {
  readonly kind: 'command' | 'interaction' | 'options' | 'event';
  /** `/users`, `block_actions`, `file_shared`. */
  readonly name: string;
  readonly payload: JsonObject;
}

/** That a delivery is a repetition, and why; Slack says so in headers or in the envelope. */
export interface Retry {
  readonly number: number;
  readonly reason: string;
}

/** What became of a delivery. */
export type Answer =
  | { readonly outcome: 'acknowledged'; readonly body: unknown; readonly status: number | null }
  | { readonly outcome: 'operation_timeout' }
  /** The app was not there, or answered with something other than 2xx. */
  | {
      readonly outcome: 'dispatch_failed';
      readonly status: number | null;
      readonly reason: string;
      readonly mayRetry: boolean;
    };

/** A way to reach the app. */
export interface Transport {
  send(delivery: Delivery, retry: Retry | null): Promise<Answer>;
  close(): void;
}
