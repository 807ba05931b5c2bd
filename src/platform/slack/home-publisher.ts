import { second } from '../../lib/duration';
import type { Context } from '../context';
import { actingAs } from '../context';
import type { Caller, ReadOnce, SlackEdge } from './definitions';
import { errorMessage } from './error-messages';
import type { SlackGateway } from './gateway';

const mostHomes = 200;
const settle = 1 * second;

/** For one round: a later one reads everything anew. What could not be read is tried again for the next Home. */
function readingOnce(): ReadOnce {
  const read = new Map<string, unknown>();
  return async (name, facts) => {
    if (!read.has(name)) read.set(name, await facts());
    return read.get(name) as Awaited<ReturnType<typeof facts>>;
  };
}

/** Publishes App Homes: when they are opened, and again after changes for those who looked at theirs lately. */
export function createHomePublisher(
  ctx: Context,
  gateway: SlackGateway,
  edges: readonly SlackEdge[],
  callerOf: (ctx: Context, slackUserId: string) => Promise<Caller>,
  track: <Result>(work: Promise<Result>) => Promise<Result>,
) {
  const watchers = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let round: Promise<void> = Promise.resolve();
  let stopped = false;

  async function publish(slackUserId: string, once: ReadOnce): Promise<void> {
    const home = edges.find((edge) => edge.home)?.home;
    if (!home) return;
    try {
      const caller = await callerOf(ctx, slackUserId);
      const actor = caller.user?.actor ?? { kind: 'user' as const, userId: 0, email: caller.email, slackId: null };
      await gateway.publishHome(slackUserId, await home(actingAs(ctx, actor), caller, once));
    } catch (error) {
      await gateway.publishHome(slackUserId, { type: 'home', blocks: [...errorMessage(ctx, error).blocks] });
    }
  }

  async function drawAll(): Promise<void> {
    // What changes from here on calls for another round.
    timer = null;
    const once = readingOnce();
    for (const slackUserId of watchers) {
      await publish(slackUserId, once).catch((error: unknown) => {
        watchers.delete(slackUserId);
        ctx.log.warn({ err: error }, 'home not published');
      });
    }
  }

  return {
    /** Somebody opened their Home. */
    async opened(slackUserId: string): Promise<void> {
      watchers.delete(slackUserId);
      watchers.add(slackUserId);
      if (watchers.size > mostHomes) watchers.delete(watchers.values().next().value ?? '');
      await publish(slackUserId, readingOnce());
    },
    /** Something that Homes show has changed: several changes within a second are drawn once. */
    refresh(): void {
      if (timer !== null || stopped || watchers.size === 0) return;
      timer = setTimeout(() => {
        // One round after the other, so that an older picture never comes last.
        round = track(round.then(drawAll));
      }, settle);
      timer.unref();
    },
    stop(): void {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
