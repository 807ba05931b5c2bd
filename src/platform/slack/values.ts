import { ZodError } from 'zod';
import { type AppError, invalidInput } from '../errors';

/** Anybody can send anything in a button's value or along with a modal: whatever does not fit is answered like this. */
export function outOfDate(): AppError {
  return invalidInput('This button or form is out of date. Nothing was changed; open it again.');
}

/** True for what reading such a value by its schema throws. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof ZodError || error instanceof SyntaxError;
}

/** The id that a button carries. @throws AppError `invalid_input` when it is none */
export function readId(value: string): number {
  const id = Number(value);
  if (!Number.isSafeInteger(id) || id <= 0) throw outOfDate();
  return id;
}
