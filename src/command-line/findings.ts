import { shorten } from '../lib/plain-text';

/** One thing that was looked at. */
export interface Finding {
  readonly isWell: boolean;
  /** What is so. */
  readonly what: string;
  /** What to do about it, where it is not well. */
  readonly todo?: string;
}

export const well = (what: string): Finding => ({ isWell: true, what });
export const ill = (what: string, todo: string): Finding => ({ isWell: false, what, todo });

/** What an error said, in one line. Errors of drivers and of the mail server name no password. */
export const reasonOf = (error: unknown): string =>
  shorten((error instanceof Error ? error.message || error.name : String(error)).replace(/\s+/g, ' '), 300);
