import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import knex, { type Knex } from 'knex';
// The dialect classes have no types of their own; both extend Knex.Client.
import BetterSqlite3Client from 'knex/lib/dialects/better-sqlite3/index';
import Mysql2Client from 'knex/lib/dialects/mysql2/index';
import { second } from '../../lib/duration';
import { createTurns } from '../../lib/in-turns';
import { smallLetters, smallLettersFunction } from './dialect';

/** Limits of one process' connection pool, in milliseconds where they are times. */
export interface PoolLimits {
  readonly connections: number;
  /** How long to wait for a free connection, or for the server to answer a new one. */
  readonly acquireTimeout: number;
  /** How long one statement may take before its connection is given up. */
  readonly queryTimeout: number;
}

// Two seconds to a "try again" is what a person bears; ten for a query outlasts the six seconds of a Galera fail-over.
const defaultLimits: PoolLimits = { connections: 10, acquireTimeout: 2 * second, queryTimeout: 10 * second };

interface TimedQuery {
  options?: { timeout?: number };
}
interface Destroyable {
  destroy(): void;
}

/** knex' mysql2 client with a time-out on every statement, so that a server that hangs is noticed. */
function timedMysql2(queryTimeout: number): typeof Knex.Client {
  const Base = Mysql2Client as unknown as new (
    config: Knex.Config,
  ) => Knex.Client & { _query(connection: Destroyable, query: TimedQuery): Promise<unknown> };
  class TimedMysql2 extends Base {
    override async _query(connection: Destroyable, query: TimedQuery): Promise<unknown> {
      query.options = { timeout: queryTimeout, ...query.options };
      try {
        return await super._query(connection, query);
      } catch (error) {
        // The statement may still run on the server: the connection must not be used for anything else.
        if ((error as { code?: string }).code === 'PROTOCOL_SEQUENCE_TIMEOUT') connection.destroy();
        throw error;
      }
    }
  }
  return TimedMysql2 as unknown as typeof Knex.Client;
}

interface Mysql2Connection {
  query(sql: string, done: (error: unknown) => void): void;
}

function mysqlConfig(databaseUrl: string, limits: PoolLimits): Knex.Config {
  const url = new URL(databaseUrl);
  return {
    client: timedMysql2(limits.queryTimeout),
    connection: {
      host: url.hostname,
      port: url.port === '' ? 3306 : Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      ...(url.searchParams.get('socketPath') ? { socketPath: url.searchParams.get('socketPath') ?? '' } : {}),
      ...(url.searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
      // The default loses an hour at the end of summer time.
      timezone: 'Z',
      supportBigNumbers: true,
      decimalNumbers: true,
      connectTimeout: limits.acquireTimeout,
    } as Knex.MySql2ConnectionConfig,
    pool: {
      min: 0,
      max: limits.connections,
      acquireTimeoutMillis: limits.acquireTimeout,
      createTimeoutMillis: limits.acquireTimeout,
      createRetryIntervalMillis: 200,
      // A server that is down is said at once; the next request tries again by itself.
      propagateCreateError: true,
      afterCreate(connection: Mysql2Connection, done: (error: unknown, connection: Mysql2Connection) => void) {
        // Read committed, so that a count after a lock sees what the lock waited for.
        const statements = [
          "SET time_zone = '+00:00', innodb_lock_wait_timeout = 5",
          'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
        ];
        const next = (error: unknown): void => {
          const sql = error ? undefined : statements.shift();
          if (sql === undefined) done(error, connection);
          else connection.query(sql, next);
        };
        next(null);
      },
    } as Knex.PoolConfig,
    acquireConnectionTimeout: limits.acquireTimeout,
  };
}

/**
 * knex' client for SQLite, which answers in the turn that asks: a transaction of many statements would hold everything
 * else up until it ends, so that now and then the rest of the process goes on before a statement.
 */
function fairSqlite(): typeof Knex.Client {
  const Base = BetterSqlite3Client as unknown as new (
    config: Knex.Config,
  ) => Knex.Client & { _query(connection: unknown, query: unknown): Promise<unknown> };
  // Not in the instance: knex makes the client of a transaction without its constructor.
  const turn = createTurns();
  class FairSqlite extends Base {
    override async _query(connection: unknown, query: unknown): Promise<unknown> {
      await turn();
      return super._query(connection, query);
    }
  }
  return FairSqlite as unknown as typeof Knex.Client;
}

interface SqliteConnection {
  pragma(sql: string): unknown;
  function(name: string, options: { deterministic: boolean }, implementation: (value: unknown) => unknown): unknown;
}

function sqliteConfig(databaseUrl: string): Knex.Config {
  const path = databaseUrl.slice('sqlite:'.length);
  if (path !== ':memory:') mkdirSync(dirname(resolve(path)), { recursive: true });
  return {
    client: fairSqlite(),
    connection: { filename: path },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: SqliteConnection, done: (error: unknown, connection: unknown) => void) {
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = NORMAL');
        connection.pragma('foreign_keys = ON');
        connection.pragma('busy_timeout = 5000');
        connection.function(smallLettersFunction, { deterministic: true }, smallLetters);
        done(null, connection);
      },
    },
    acquireConnectionTimeout: 10 * second,
  };
}

/**
 * Opens the database; connections are made when they are needed.
 * @param databaseUrl `sqlite:PATH`, `sqlite::memory:` or `mysql://USER:PASSWORD@HOST:PORT/DATABASE`
 */
export function openDatabase(databaseUrl: string, limits: Partial<PoolLimits> = {}): Knex {
  const config = databaseUrl.startsWith('sqlite:')
    ? sqliteConfig(databaseUrl)
    : mysqlConfig(databaseUrl, { ...defaultLimits, ...limits });
  return knex({
    ...config,
    // Errors would quote the bound values, and so hashes and nonces.
    compileSqlOnError: false,
    // What knex would print stands in the errors that it throws as well.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
  });
}
