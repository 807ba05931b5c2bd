import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { ConfigError } from '../config';
import { SchemaTooNew } from '../platform/db/migrate';
import { isDatabaseDown } from '../platform/db/transaction';
import { isAppError } from '../platform/errors';

/** What a script learns from how a command ended. */
export const exitCodes = {
  /** Everything that was asked for is done. */
  done: 0,
  /** Nothing was done, or a check failed. */
  failed: 1,
  /** Done, but some rows failed, or would. */
  partly: 2,
  /** Stopped by Ctrl-C or SIGTERM, as shells have it. */
  stopped: 130,
} as const;

/** What the operator asked for cannot be done as it was asked; the sentence says what to do. */
export class Refused extends Error {}

interface SystemError {
  readonly code?: string;
  readonly errno?: number;
  readonly path?: string;
}

const doctor = 'To see what is wrong, run: npm run usher -- doctor';

/** One sentence about an error. One that nobody foresaw goes to the log under an id, and the sentence names the id. */
export function sentenceFor(error: unknown, log: Logger): string {
  if (error instanceof ConfigError || error instanceof SchemaTooNew || error instanceof Refused) return error.message;
  if (isAppError(error) && error.kind !== 'database_unavailable') return error.message;
  const known = systemSentence((error ?? {}) as SystemError);
  if (known !== null) return known;
  if (isDatabaseDown(error)) return `The database cannot be reached. ${doctor}`;
  const errorId = randomBytes(4).toString('hex');
  log.error({ err: error, errorId }, 'command failed');
  return `Something unexpected went wrong; the log above tells more under ${errorId}.`;
}

/** Errors of files and of databases that an operator can mend. */
function systemSentence({ code, path }: SystemError): string | null {
  const where = path === undefined ? 'A file' : path;
  switch (code) {
    case 'ENOENT':
      return `${where} is not there. Look at how its name is spelled.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${where} may not be read or written by this account. Change who may, or choose another place.`;
    case 'EISDIR':
      return `${where} is a folder; name a file.`;
    case 'ENOSPC':
    case 'SQLITE_FULL':
      return 'The disk is full. Make room, then run the command again.';
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_DBACCESS_DENIED_ERROR':
    case 'ER_BAD_DB_ERROR':
      return `The database that DATABASE_URL names cannot be opened. ${doctor}`;
    default:
      return null;
  }
}
