import { isJsonObject, type JsonObject, parseJson } from '../json';
import { ApiRefusal, invalidArguments } from './refusal';

/** Arguments of a call, form fields and JSON alike; what is structured may be JSON text in a field. */
export type Arguments = JsonObject;

/** A string argument; an empty one counts as left out. */
export function textOf(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function requiredText(args: Arguments, name: string): string {
  const value = textOf(args, name);
  if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
  return value;
}

export function flagOf(args: Arguments, name: string): boolean {
  return ['true', '1'].includes(String(args[name]));
}

function structured(args: Arguments, name: string): unknown {
  const value = args[name];
  return typeof value === 'string' ? (value === '' ? undefined : (parseJson(value) ?? null)) : value;
}

/** `blocks`, or undefined where there are none; what is no array is `invalid_blocks_format`. */
export function blocksOf(args: Arguments): readonly unknown[] | undefined {
  const blocks = structured(args, 'blocks');
  if (blocks === undefined) return undefined;
  if (!Array.isArray(blocks)) throw new ApiRefusal('invalid_blocks_format');
  return blocks;
}

export function objectOf(args: Arguments, name: string): JsonObject {
  const value = structured(args, name);
  if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
  if (!isJsonObject(value)) throw invalidArguments(`must provide an object [json-pointer:/${name}]`);
  return value;
}

export function listOf(args: Arguments, name: string): readonly unknown[] {
  const value = structured(args, name);
  if (!Array.isArray(value)) throw invalidArguments(`missing required field: ${name}`);
  return value;
}

/** One page of a list, and the cursor to the next. */
export function pageOf<T>(
  args: Arguments,
  items: readonly T[],
): { readonly page: readonly T[]; readonly next: string } {
  const limit = Math.min(Math.max(Number(textOf(args, 'limit') ?? 1000) || 1000, 1), 1000);
  const cursor = textOf(args, 'cursor');
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw new ApiRefusal('invalid_cursor');
  const end = start + limit;
  return {
    page: items.slice(start, end),
    next: end < items.length ? Buffer.from(String(end)).toString('base64url') : '',
  };
}
