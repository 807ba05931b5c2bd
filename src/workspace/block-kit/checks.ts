import { isJsonObject } from '../json';

export type Surface = 'message' | 'modal' | 'home';

/** One look at blocks or a view: what was found wrong, and what is counted across all of it. */
export interface Inspection {
  readonly surface: Surface;
  readonly problems: string[];
  readonly blockIds: Set<string>;
  /** Of the block under inspection. */
  actionIds: Set<string>;
  focused: number;
  inputs: number;
  tables: number;
}

/** Looks at a value and reports what Slack would refuse, with a JSON pointer to it. */
export type Check = (value: unknown, pointer: string, inspection: Inspection) => void;

export function startInspection(surface: Surface): Inspection {
  return { surface, problems: [], blockIds: new Set(), actionIds: new Set(), focused: 0, inputs: 0, tables: 0 };
}

/** Reports in Slack's manner: `must be less than 76 characters [json-pointer:/blocks/0/text/text]`. */
export function report({ problems }: Inspection, pointer: string, message: string): void {
  problems.push(`${message} [json-pointer:${pointer}]`);
}

/**
 * A string of at least `least` and at most `most` UTF-16 units. Slack does not say how it counts; these are never fewer
 * than its characters, so what passes here passes there.
 */
export function string(most: number, least = 0): Check {
  return (value, pointer, inspection) => {
    if (typeof value !== 'string') report(inspection, pointer, 'must provide a string');
    else if (value.length > most) report(inspection, pointer, `must be less than ${most + 1} characters`);
    else if (value.length < least) report(inspection, pointer, `must be more than ${least - 1} characters`);
  };
}

export const boolean: Check = (value, pointer, inspection) => {
  if (typeof value !== 'boolean') report(inspection, pointer, 'must provide a boolean');
};

export function integer(least: number, most: number): Check {
  return (value, pointer, inspection) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) report(inspection, pointer, 'must be a valid integer');
    else if (value < least) report(inspection, pointer, `must be greater than ${least - 1}`);
    else if (value > most) report(inspection, pointer, `must be less than ${most + 1}`);
  };
}

export function oneOf(...allowed: readonly string[]): Check {
  return (value, pointer, inspection) => {
    if (!allowed.includes(String(value))) report(inspection, pointer, `must be one of: ${allowed.join(', ')}`);
  };
}

export function matching(pattern: RegExp, what: string): Check {
  return (value, pointer, inspection) => {
    if (typeof value !== 'string' || !pattern.test(value)) report(inspection, pointer, `must be a valid ${what}`);
  };
}

export function list(item: Check, most: number, least = 1): Check {
  return (value, pointer, inspection) => {
    if (!Array.isArray(value)) report(inspection, pointer, 'must provide an array');
    else if (value.length > most) report(inspection, pointer, `no more than ${most} items allowed`);
    else if (value.length < least) report(inspection, pointer, `no fewer than ${least} items allowed`);
    else
      value.forEach((one, index) => {
        item(one, `${pointer}/${index}`, inspection);
      });
  };
}

export interface Shape {
  readonly required?: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
  /** What concerns several fields at once; only asked where each of them is well. */
  readonly whole?: Check;
}

/** An object with these fields and no others. */
export function shape({ required = {}, optional = {}, whole }: Shape): Check {
  return (value, pointer, inspection) => {
    if (!isJsonObject(value)) {
      report(inspection, pointer, 'must provide an object');
      return;
    }
    const before = inspection.problems.length;
    for (const key of Object.keys(required)) {
      if (value[key] === undefined || value[key] === null)
        report(inspection, pointer, `missing required field: ${key}`);
    }
    for (const [key, field] of Object.entries(value)) {
      const check = required[key] ?? optional[key];
      if (!check) report(inspection, pointer, `invalid additional property: ${key}`);
      else if (field !== undefined && field !== null) check(field, `${pointer}/${key}`, inspection);
    }
    if (inspection.problems.length === before) whole?.(value, pointer, inspection);
  };
}

/** An object whose `type` says what shape it has; only some types are allowed in a place. */
export function typed(shapes: Readonly<Record<string, Shape>>, allowed: readonly string[]): Check {
  const checks = new Map(
    allowed.map((type) => {
      const { required, ...rest } = shapes[type] ?? {};
      return [type, shape({ ...rest, required: { type: oneOf(type), ...required } })];
    }),
  );
  return (value, pointer, inspection) => {
    if (!isJsonObject(value)) report(inspection, pointer, 'must provide an object');
    else if (value.type === undefined) report(inspection, pointer, 'missing required field: type');
    else {
      const check = checks.get(String(value.type));
      if (check) check(value, pointer, inspection);
      else report(inspection, `${pointer}/type`, `unsupported type: ${String(value.type)}`);
    }
  };
}
