/** The one place that knows the drivers' error codes. */

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly message?: string;
  readonly name?: string;
  readonly fatal?: boolean;
}

// Any socket and any file can fail with these; mysql2 marks the errors of its connections as fatal.
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOENT',
]);
const unavailableCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_NORMAL_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_UNKNOWN_COM_ERROR',
]);
// Galera's "not ready" is 1047; 1927 is a connection killed; 1053 is a shutdown in progress.
const unavailableNumbers = new Set([1040, 1047, 1053, 1927, 3169, 4031]);
// Deadlock (also a failed certification on Galera), lock wait time-out, record changed since last read.
const clashNumbers = new Set([1213, 1205, 1020]);

function details(error: unknown): DriverError {
  return typeof error === 'object' && error !== null ? (error as DriverError) : {};
}

/** The database could not be reached, or went away: nothing is wrong with the request. */
export function isUnavailable(error: unknown): boolean {
  const { code, errno, name, message, fatal } = details(error);
  if (name === 'KnexTimeoutError') return true;
  if (errno !== undefined && unavailableNumbers.has(errno)) return true;
  if (code !== undefined && (unavailableCodes.has(code) || (fatal === true && networkCodes.has(code)))) return true;
  return /Can't add new command when connection is in closed state|Connection lost: The server closed the connection/.test(
    message ?? '',
  );
}

/** Two transactions met; the same one may succeed when it is run again whole. */
export function isClash(error: unknown): boolean {
  const { code, errno } = details(error);
  return (
    (errno !== undefined && clashNumbers.has(errno)) ||
    (code?.startsWith('SQLITE_BUSY') ?? false) ||
    code === 'SQLITE_LOCKED'
  );
}

/** A unique index already holds that value. */
export function isDuplicate(error: unknown): boolean {
  const { code, errno } = details(error);
  return errno === 1062 || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
