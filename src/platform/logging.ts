import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  pino,
  stdTimeFunctions,
} from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config';

const secretNames = new Set(['token', 'link', 'url', 'password', 'secret', 'authorization', 'cookie', 'nonce']);
const mask = '[secret]';
/** Deeper than any event of ours; what lies below is left out. */
const deepest = 6;

/** `resetLink`, `token_hash`, `Authorization`: a name one word of which is that of a secret, in the singular or plural. */
function isSecretName(name: string): boolean {
  return name
    .split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/)
    .some((word) => secretNames.has(word.toLowerCase().replace(/(?<=.)s$/, '')));
}

interface ErrorLike extends Error {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly kind?: unknown;
  readonly sql?: unknown;
}

/** Driver errors repeat the whole statement with its values; what the server said comes after the last dash. */
function withoutStatement(error: ErrorLike): string {
  const fromDriver = error.sql !== undefined || /^(ER_|SQLITE_)/.test(String(error.code));
  return fromDriver ? error.message.slice(error.message.lastIndexOf(' - ') + 1).replace(/^- /, '') : error.message;
}

function describeError(error: ErrorLike, depth: number): Record<string, unknown> {
  const message = withoutStatement(error);
  const { code, errno, kind, cause } = error;
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(errno === undefined ? {} : { errno }),
    ...(kind === undefined ? {} : { kind }),
    // Of the stack only the places: its head is the message as it was.
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(cause instanceof Error && depth < deepest ? { cause: describeError(cause, depth + 1) } : {}),
  };
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describeError(value, depth);
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  if (!plain && !Array.isArray(value)) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      // How many there are is no secret.
      const harmless = item === null || item === undefined || typeof item === 'number' || typeof item === 'boolean';
      return [name, isSecretName(name) && !harmless ? mask : withoutSecrets(item, depth + 1)];
    }),
  );
}

const redact = (facts: Record<string, unknown>) => withoutSecrets(facts, 0) as Record<string, unknown>;

/** pino's formatters do not see what child loggers are bound to. Children inherit the changed method. */
function redactingChildren(log: Logger): Logger {
  const { child } = log;
  return Object.assign(log, {
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions): Logger {
      return Reflect.apply(child, this, [redact(bindings), options]) as Logger;
    },
  });
}

/**
 * The process' log: one event a line, as JSON, or readable where a person watches. Whatever is named like a secret, at
 * any depth, is written as `[secret]`; an error is written as what it says and where it came from, without its statement.
 * @param destination elsewhere than standard output, always as JSON
 */
export function createLogger(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { log: redact },
    // formatters.log did it already, for errors under any name.
    serializers: { err: (error: unknown) => error },
  };
  if (destination !== undefined) return redactingChildren(pino({ ...options, base: null }, destination));
  if (!process.stdout.isTTY) return redactingChildren(pino(options));
  const screen = pretty({ colorize: true, sync: true, translateTime: 'SYS:HH:MM:ss', singleLine: true });
  return redactingChildren(pino({ ...options, base: null }, screen));
}
