import { setImmediate as nextTurn } from 'node:timers/promises';
import { second } from '../../lib/duration';
import type { Context } from '../../platform/context';
import { rowsPerStatement } from '../../platform/db/dialect';
import { isClash } from '../../platform/db/driver-errors';
import type { SessionTouches } from '../../platform/session-touches';
import { touchDelay } from './idle';
import { updateLastSeen } from './touches.store';

/** The touches of a process, which is to write them before it ends. */
export interface TouchBook extends SessionTouches {
  /** Writes what is left, for at most this many milliseconds, and nothing after that. */
  close(withinMilliseconds?: number): Promise<void>;
}

export interface TouchLimits {
  /** Milliseconds after which a touch is written; null: by `flush` alone. */
  readonly delay: number | null;
  /** So many sessions are written at once, before the delay is over. */
  readonly flushAt: number;
  /** The most that are kept while the database does not answer: some 20 MB. */
  readonly most: number;
}

const usualLimits: TouchLimits = { delay: touchDelay, flushAt: 50_000, most: 200_000 };
const attempts = 3;
// Statements at once: a few connections of the pool write half as fast again as one, and leave the others to requests.
const writers = 4;

/** Opens the book of last requests: one UPDATE for a thousand sessions instead of one for each request. */
export function createTouches({ db, log }: Pick<Context, 'db' | 'log'>, limits: Partial<TouchLimits> = {}): TouchBook {
  const { delay, flushAt, most } = { ...usualLimits, ...limits };
  let noted = new Map<number, number>();
  let writing: ReadonlyMap<number, number> = new Map();
  let current: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;
  let left = 0;

  function keep(sessionId: number, at: number): void {
    const known = noted.get(sessionId);
    if (known === undefined && noted.size >= most) left += 1;
    else if (known === undefined || known < at) noted.set(sessionId, at);
  }

  function arm(): void {
    if (timer !== null || delay === null || isClosed) return;
    timer = setTimeout(() => {
      timer = null;
      void flush();
    }, delay).unref();
  }

  async function flush(): Promise<void> {
    while (current !== null) await current;
    if (noted.size === 0) return;
    current = write();
    try {
      await current;
    } finally {
      current = null;
    }
    if (noted.size > 0) arm();
  }

  async function write(): Promise<void> {
    const batch = noted;
    noted = new Map();
    writing = batch;
    const unwritten = statementsOf(batch, rowsPerStatement(db));
    const inHand: Statement[] = [];
    const ends = await Promise.allSettled(Array.from({ length: writers }, () => writeNext(unwritten, inHand)));
    const failure = ends.find((end) => end.status === 'rejected');
    if (failure !== undefined) {
      // Written again they change nothing, so what may or may not have been written goes back as well.
      for (const { ids } of [...unwritten, ...inHand]) for (const id of ids) keep(id, batch.get(id) ?? 0);
      log.warn({ err: failure.reason, sessions: noted.size, left }, 'touches of sessions wait for the database');
    }
    writing = new Map();
    left = 0;
  }

  async function writeNext(unwritten: Statement[], inHand: Statement[]): Promise<void> {
    for (let next = unwritten.shift(); next !== undefined; next = unwritten.shift()) {
      inHand.push(next);
      await written(next);
      inHand.splice(inHand.indexOf(next), 1);
      await nextTurn();
    }
  }

  async function written({ ids, at }: Statement): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await updateLastSeen(db, ids, at);
      } catch (error) {
        if (!isClash(error) || attempt === attempts) throw error;
      }
    }
  }

  return {
    note(sessionId, at) {
      if (isClosed) return;
      keep(sessionId, at.getTime());
      if (noted.size >= flushAt && current === null && delay !== null) void flush();
      else arm();
    },
    latest(sessionId) {
      const at = Math.max(noted.get(sessionId) ?? 0, writing.get(sessionId) ?? 0);
      return at === 0 ? null : new Date(at);
    },
    flush,
    async close(withinMilliseconds = 2 * second) {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      let late: NodeJS.Timeout | undefined;
      const over = new Promise<void>((done) => {
        late = setTimeout(done, withinMilliseconds);
      });
      await Promise.race([flush(), over]);
      clearTimeout(late);
    },
  };
}

interface Statement {
  readonly ids: readonly number[];
  readonly at: Date;
}

/** The sessions by the second in which they were last heard of, each second's in their order, so many to a statement. */
function statementsOf(touches: ReadonlyMap<number, number>, size: number): Statement[] {
  const seconds = new Map<number, number[]>();
  for (const [id, at] of touches) {
    const rounded = at - (at % second);
    const ids = seconds.get(rounded);
    if (ids === undefined) seconds.set(rounded, [id]);
    else ids.push(id);
  }
  return [...seconds].flatMap(([at, unordered]) => {
    const ids = unordered.sort((a, b) => a - b);
    const statements: Statement[] = [];
    for (let from = 0; from < ids.length; from += size)
      statements.push({ ids: ids.slice(from, from + size), at: new Date(at) });
    return statements;
  });
}
