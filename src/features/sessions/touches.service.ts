import { second } from '../../lib/duration';
import { inSlices } from '../../lib/in-turns';
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
    const unwritten = bySecond(batch);
    try {
      for (const [at, ids] of unwritten) {
        await inSlices(ids, rowsPerStatement(db), (slice) => written(slice, new Date(at)));
        unwritten.delete(at);
      }
    } catch (error) {
      // Written again they change nothing, so a second that was written in part goes back whole.
      for (const ids of unwritten.values()) for (const id of ids) keep(id, batch.get(id) ?? 0);
      log.warn({ err: error, sessions: noted.size, left }, 'touches of sessions wait for the database');
    }
    writing = new Map();
    left = 0;
  }

  async function written(ids: readonly number[], at: Date): Promise<void> {
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

/** The sessions by the second in which they were last heard of, each second's in their order. */
function bySecond(touches: ReadonlyMap<number, number>): Map<number, number[]> {
  const seconds = new Map<number, number[]>();
  for (const [id, at] of touches) {
    const rounded = at - (at % second);
    const ids = seconds.get(rounded);
    if (ids === undefined) seconds.set(rounded, [id]);
    else ids.push(id);
  }
  for (const ids of seconds.values()) ids.sort((a, b) => a - b);
  return seconds;
}
