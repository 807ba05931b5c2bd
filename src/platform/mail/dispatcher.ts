import { randomUUID } from 'node:crypto';
import { minute, second } from '../../lib/duration';
import { shorten } from '../../lib/plain-text';
import type { Context } from '../context';
import { inTransaction, isDatabaseDown } from '../db/transaction';
import { type Delivery, DeliveryFailed, type MessageKind } from './delivery.types';
import { enqueue } from './outbox';
import {
  type ClaimedMessage,
  finishMessage,
  lockDueMessages,
  postponeMessage,
  selectTaken,
  takeMessages,
} from './outbox.store';

export interface DeliveryLimits {
  /** Messages claimed in one transaction. */
  readonly batch: number;
  /** Messages on their way at the same time. */
  readonly workers: number;
  /** How long one message may take, in milliseconds. */
  readonly messageTimeout: number;
  /** How long a claimed message stays hidden from others; longer than its batch can take. */
  readonly visibilitySeconds: number;
  /** Tries before a message is given up. With the pauses below they span more than a day. */
  readonly attempts: number;
  /** The pause after the first try is up to this long, and up to twice as long after each further one. */
  readonly firstPause: number;
  readonly longestPause: number;
}

const defaultLimits: DeliveryLimits = {
  batch: 20,
  workers: 5,
  messageTimeout: 20 * second,
  visibilitySeconds: 150,
  attempts: 20,
  firstPause: 30 * second,
  longestPause: 180 * minute,
};
/** How long everything waits after an answer that calls for a person. */
const alarmPauseSeconds = 300;

export interface DeliveryCounts {
  readonly sent: number;
  readonly retried: number;
  readonly dead: number;
  readonly obsolete: number;
}

type Outcome = keyof DeliveryCounts;

interface Run {
  readonly limits: DeliveryLimits;
  readonly signal: AbortSignal;
  /** Ways out that a person must mend first; what would go there waits. */
  readonly blocked: Set<MessageKind>;
}

function openKinds({ sendMail, postChat }: Delivery, blocked: ReadonlySet<MessageKind>): MessageKind[] {
  const kinds: MessageKind[] = [...(sendMail ? (['mail'] as const) : []), ...(postChat ? (['chat'] as const) : [])];
  return kinds.filter((kind) => !blocked.has(kind));
}

/** One short transaction that is over before anything is sent: SQLite has a single writer. */
async function claimBatch(ctx: Context, kinds: readonly MessageKind[], limits: DeliveryLimits) {
  const token = randomUUID();
  const ids = await inTransaction(ctx, async ({ db }) => {
    const due = await lockDueMessages(db, kinds, limits.batch);
    if (due.length > 0) await takeMessages(db, due, token, limits.visibilitySeconds);
    return due;
  });
  return ids.length === 0 ? [] : selectTaken(ctx.db, ids, token);
}

/** `<key@domain>`: the same for every try, so that a reader's mail program recognises a repeat. */
function messageIdOf(dedupKey: string, mailFrom: string): string {
  const left = encodeURIComponent(dedupKey.replace(/:/g, '.')).replace(
    /[()']/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `<${left}@${/@([^\s<>@]+)>?\s*$/.exec(mailFrom)?.[1] ?? 'usher.invalid'}>`;
}

/** Makes the words and sends them. Resolves `obsolete` when there is nothing to say any more, or nobody to say it to. */
async function send(ctx: Context, message: ClaimedMessage, signal: AbortSignal): Promise<'sent' | 'obsolete'> {
  const { sendMail, postChat, templates } = ctx.delivery;
  const template = templates.find(({ kind, name }) => kind === message.kind && name === message.template);
  if (template === undefined) throw new DeliveryFailed(`No template is named ${message.template}.`, 'transient');
  if (template.kind === 'mail') {
    const words = await template.render(ctx, message.payload);
    if (words === null || sendMail === null) return 'obsolete';
    const messageId = messageIdOf(message.dedupKey, ctx.config.mailFrom);
    await sendMail({ ...words, to: message.recipient, messageId }, signal);
    return 'sent';
  }
  const words = await template.render(ctx, message.payload);
  if (words === null || postChat === null) return 'obsolete';
  return (await postChat({ ...words, recipient: message.recipient }, signal)) ? 'sent' : 'obsolete';
}

/** Somewhere between at once and the longest pause of this try, so that a crowd does not come back as a crowd. */
function pauseSeconds(attempts: number, { firstPause, longestPause }: DeliveryLimits): number {
  return (Math.random() * Math.min(longestPause, firstPause * 2 ** (attempts - 1))) / second;
}

/** Marks the message dead and tells the admin channel of a mail that did not arrive, in one transaction. */
async function bury(ctx: Context, message: ClaimedMessage, problem: string): Promise<boolean> {
  return inTransaction(ctx, async (tx) => {
    const buried = await finishMessage(tx.db, message, { state: 'dead', problem, at: tx.clock.now() });
    // Of a chat message that cannot be posted, another one would not tell either.
    if (buried && message.kind === 'mail') {
      const { id, recipient, template, attempts } = message;
      await enqueue(tx, [
        {
          kind: 'chat',
          template: 'mail-dead',
          recipient: 'admin-channel',
          payload: { messageId: id, recipient, template, attempts, problem },
          dedupKey: `mail-dead:${id}`,
        },
      ]);
    }
    return buried;
  });
}

async function failed(ctx: Context, message: ClaimedMessage, error: unknown, run: Run): Promise<Outcome> {
  // A broken database is no fault of the message: it is due again when its time-out is over.
  if (isDatabaseDown(error)) throw error;
  const { id, kind, template, attempts } = message;
  const facts = { message: id, kind, template, attempts };
  const said = error instanceof DeliveryFailed ? error : null;
  const problem = shorten(said?.message ?? 'The message could not be made; the log tells why.', 500);
  if (said === null) ctx.log.error({ ...facts, err: error }, 'message could not be made or sent');
  if (said?.outcome === 'alarm') {
    // One line for the whole run; what follows waits without a try of its own.
    if (!run.blocked.has(kind)) ctx.log.error({ ...facts, problem }, 'delivery needs somebody to mend a setting');
    run.blocked.add(kind);
    await postponeMessage(ctx.db, message, { seconds: alarmPauseSeconds, problem, uncounted: true });
    return 'retried';
  }
  if (said?.outcome === 'permanent' || attempts >= run.limits.attempts) {
    await bury(ctx, message, problem);
    ctx.log[kind === 'mail' ? 'warn' : 'error']({ ...facts, problem }, 'message given up');
    return 'dead';
  }
  const seconds = pauseSeconds(attempts, run.limits);
  await postponeMessage(ctx.db, message, { seconds, problem, uncounted: false });
  ctx.log.info({ ...facts, problem, seconds: Math.round(seconds) }, 'message waits for another try');
  return 'retried';
}

async function deliver(ctx: Context, message: ClaimedMessage, run: Run): Promise<Outcome> {
  if (run.blocked.has(message.kind)) {
    await postponeMessage(ctx.db, message, { seconds: alarmPauseSeconds, problem: null, uncounted: true });
    return 'retried';
  }
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(run.limits.messageTimeout)]);
  let outcome: 'sent' | 'obsolete';
  try {
    outcome = await send(ctx, message, signal);
  } catch (error) {
    return failed(ctx, message, error, run);
  }
  const held = await finishMessage(ctx.db, message, { state: outcome, problem: null, at: ctx.clock.now() });
  if (!held)
    ctx.log.warn({ message: message.id, template: message.template }, 'message was taken by another dispatcher');
  return outcome;
}

/** Some at a time, until none is left or time is up. What was not begun is due again when its time-out is over. */
async function deliverBatch(ctx: Context, batch: ClaimedMessage[], run: Run, count: (outcome: Outcome) => void) {
  const { visibilitySeconds, messageTimeout, workers } = run.limits;
  const noLaterThan = performance.now() + visibilitySeconds * second - messageTimeout;
  const waiting = [...batch];
  const work = async (): Promise<void> => {
    for (;;) {
      if (run.signal.aborted || performance.now() > noLaterThan) return;
      const message = waiting.shift();
      if (message === undefined) return;
      count(await deliver(ctx, message, run));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: workers }, work));
  for (const message of waiting) {
    await postponeMessage(ctx.db, message, { seconds: 0, problem: null, uncounted: true }).catch(() => undefined);
  }
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/**
 * Sends what is due in the outbox until nothing is left or the signal aborts. Any number of processes may do so at once:
 * each message is held by one of them. A message may be sent twice when its sender dies after the mail server took it
 * and before it is marked; both carry the same Message-ID.
 * @throws AppError `database_unavailable`
 */
export async function deliverDue(
  ctx: Context,
  { signal, ...limits }: { readonly signal: AbortSignal } & Partial<DeliveryLimits>,
): Promise<DeliveryCounts> {
  const run: Run = { limits: { ...defaultLimits, ...limits }, signal, blocked: new Set() };
  const counts = { sent: 0, retried: 0, dead: 0, obsolete: 0 };
  while (!signal.aborted) {
    const kinds = openKinds(ctx.delivery, run.blocked);
    const batch = kinds.length === 0 ? [] : await claimBatch(ctx, kinds, run.limits);
    if (batch.length === 0) break;
    await deliverBatch(ctx, batch, run, (outcome) => {
      counts[outcome] += 1;
    });
  }
  return counts;
}
