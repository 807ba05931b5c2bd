import { count } from '../lib/plain-text';

/** Every error that Usher throws on purpose, by kind, with the facts that an edge needs to say it. */
export interface ErrorFacts {
  not_admin: Record<never, never>;
  not_found: { readonly what: string };
  invalid_input: { readonly field: string | null };
  seats_exhausted: { readonly total: number; readonly used: number; readonly wanted: number };
  email_taken: { readonly email: string };
  last_admin: Record<never, never>;
  link_void: { readonly reason: 'used' | 'replaced' | 'expired' | 'disabled' | 'deleted' | 'unknown' };
  /** `repeated`: this very request was carried out before. */
  conflict: { readonly repeated: boolean };
  database_unavailable: Record<never, never>;
  /** So much is being done already that this would have to wait too long. */
  busy: Record<never, never>;
  slack_account_refused: Record<never, never>;
}
export type ErrorKind = keyof ErrorFacts;

/** An error that names a domain fact and carries a sentence for people. It knows no HTTP and no Slack. */
export class AppError<Kind extends ErrorKind = ErrorKind> extends Error {
  constructor(
    readonly kind: Kind,
    message: string,
    readonly facts: ErrorFacts[Kind],
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** This very request was carried out before: its first delivery has said, or will say, what came of it. */
export function isRepeat(error: unknown): boolean {
  return isAppError(error, 'conflict') && error.facts.repeated;
}

/** True for an AppError, of the given kind if one is named. */
export function isAppError<Kind extends ErrorKind>(error: unknown, kind?: Kind): error is AppError<Kind> {
  return error instanceof AppError && (kind === undefined || error.kind === kind);
}

export const notAdmin = (whomToAsk = 'Ask one of your admins.') =>
  new AppError('not_admin', `Only an active admin of this site may do that. Nothing was changed. ${whomToAsk}`, {});
export const notFound = (what: string, sentence: string) => new AppError('not_found', sentence, { what });
export const invalidInput = (sentence: string, field: string | null = null) =>
  new AppError('invalid_input', sentence, { field });
export const conflict = (sentence: string, repeated = false) => new AppError('conflict', sentence, { repeated });
export const databaseUnavailable = () =>
  new AppError('database_unavailable', 'Usher cannot reach its database right now. Please try again in a minute.', {});
export const busy = () =>
  new AppError(
    'busy',
    'Usher has more to do right now than it can. Nothing was changed; please try again in a minute.',
    {},
  );
export const seatsExhausted = (total: number, used: number, wanted: number) => {
  const free = Math.max(0, total - used);
  return new AppError(
    'seats_exhausted',
    `That needs ${count(wanted, 'seat')}, and ${free === 0 ? 'none is' : free === 1 ? 'only 1 is' : `only ${free} are`} free (${used} of ${total} taken). ` +
      `Nothing was changed. ${free > 0 ? `Choose at most ${count(free, 'person', 'people')}, disable` : 'Disable'} somebody, or ask whoever runs Usher to raise the number of seats.`,
    { total, used, wanted },
  );
};
