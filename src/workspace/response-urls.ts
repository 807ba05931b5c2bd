import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock';
import { type Stopwatch, startStopwatch } from './timestamps';

/** Slack's limits on the use of one response_url. */
const lifeMs = 30 * 60_000;
const mostUses = 5;
const urlsKept = 2000;

/** Where the answers to one interaction go. */
export interface ResponseTarget {
  readonly personId: string;
  readonly conversationId: string;
  /** The message with the element that was used; null for a command. */
  readonly messageTs: string | null;
}

interface Issued {
  readonly target: ResponseTarget;
  readonly stopwatch: Stopwatch;
  uses: number;
}

export interface ResponseUrls {
  /** The path of a fresh response_url. */
  issue(kind: 'commands' | 'actions', teamId: string, target: ResponseTarget): string;
  /** Counts one use of it. */
  use(path: string): ResponseTarget | 'used_url' | 'expired_url' | 'unknown_url';
}

export function createResponseUrls(clock: Clock): ResponseUrls {
  const issued = new Map<string, Issued>();
  return {
    issue(kind, teamId, target) {
      const path = `/${kind}/${teamId}/${Date.now()}/${randomBytes(12).toString('base64url')}`;
      issued.set(path, { target, stopwatch: startStopwatch(clock), uses: 0 });
      const [oldest] = issued.keys();
      if (issued.size > urlsKept && oldest !== undefined) issued.delete(oldest);
      return path;
    },
    use(path) {
      const url = issued.get(path);
      if (!url) return 'unknown_url';
      if (url.stopwatch.elapsedMs() > lifeMs) return 'expired_url';
      if (url.uses >= mostUses) return 'used_url';
      url.uses += 1;
      return url.target;
    },
  };
}
