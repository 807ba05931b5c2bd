import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { addTime } from '../../lib/duration';
import { inSlices } from '../../lib/in-turns';
import type { Context, TxContext } from '../../platform/context';
import { rowsPerStatement } from '../../platform/db/dialect';
import { AppError, type ErrorFacts } from '../../platform/errors';
import { voidLinkSentence } from './credentials.text';
import {
  type Link,
  type LinkKey,
  type LinkOwner,
  type LinkPurpose,
  type LinkState,
  SecretUrl,
} from './credentials.types';
import {
  endLiveLinks,
  insertLinks,
  liveKey,
  lockOwners,
  selectLinkWithOwner,
  selectOpenLinks,
  useLink,
} from './links.store';

export type LinkVoidReason = ErrorFacts['link_void']['reason'];

const everyPurpose: readonly LinkPurpose[] = ['activation', 'reset'];
const pages: Readonly<Record<LinkPurpose, string>> = { activation: '/activate', reset: '/reset-password' };
const idBytes = 4;
const macBytes = 32;
const nonceBytes = 16;
// Four bytes of id and 32 of HMAC are 48 characters exactly: no padding, and one spelling for each token.
const tokenShape = /^[A-Za-z0-9_-]{48}$/;

function macOf(ctx: Context, purpose: LinkPurpose, id: number, nonce: string): Buffer {
  if (ctx.config.appSecret === '') throw new Error('APP_SECRET is empty: anybody could make links');
  return createHmac('sha256', ctx.config.appSecret).update(`usher-link:${purpose}:${id}:${nonce}`).digest();
}

function tokenOf(ctx: Context, { id, purpose, nonce }: LinkKey): string {
  const bytes = Buffer.alloc(idBytes + macBytes);
  bytes.writeUInt32BE(id);
  macOf(ctx, purpose, id, nonce).copy(bytes, idBytes);
  return bytes.toString('base64url');
}

function linkVoid(purpose: LinkPurpose, reason: LinkVoidReason): AppError<'link_void'> {
  return new AppError('link_void', voidLinkSentence(purpose, reason), { reason });
}

/** Why this link opens nothing, or null when it does. */
function voidReason(link: Link, owner: LinkOwner | null, now: Date): LinkVoidReason | null {
  if (owner === null || link.state === 'deleted') return 'deleted';
  if (link.state !== 'open') return link.state;
  if (link.expiresAt.getTime() <= now.getTime()) return 'expired';
  if (owner.status === 'disabled') return 'disabled';
  // Somebody made active by another way, an import say, has nothing left to activate.
  if (link.purpose === 'activation' && owner.status === 'active') return 'used';
  return null;
}

/**
 * Gives each of these users one new open link; an open one of the same purpose ends as `replaced`. The number of
 * statements does not grow with the users, but for one round each `rowsPerStatement`.
 * @param lifeMs how long the links work, in milliseconds from now
 * @param areNew set where this transaction added the users, so that they can have no other link
 * @returns the new links by user id
 */
export async function issueLinks(
  tx: TxContext,
  userIds: readonly number[],
  purpose: LinkPurpose,
  lifeMs: number,
  areNew = false,
): Promise<Map<number, Link>> {
  const createdAt = tx.clock.now();
  const expiresAt = addTime(createdAt, lifeMs);
  const issued = new Map<number, Link>();
  // Sorted, so that two batches over the same people take their locks in the same order.
  const ids = [...new Set(userIds)].sort((a, b) => a - b);
  await inSlices(ids, rowsPerStatement(tx.db), async (chunk) => {
    if (!areNew) {
      await lockOwners(tx.db, chunk);
      await endLiveLinks(tx.db, chunk, [purpose], 'replaced', createdAt);
    }
    const nonces = randomBytes(chunk.length * nonceBytes);
    const links = chunk.map((userId, index) => ({
      userId,
      purpose,
      nonce: nonces.toString('base64url', index * nonceBytes, (index + 1) * nonceBytes),
      createdAt,
      expiresAt,
    }));
    const linkIds = await insertLinks(tx.db, links);
    for (const link of links) {
      const id = linkIds.get(liveKey(link.userId, purpose));
      if (id !== undefined) issued.set(link.userId, { id, ...link, state: 'open' });
    }
  });
  return issued;
}

/**
 * Ends the open links of these users, of one purpose or of all, so that their pages say why.
 * @returns how many links were open
 */
export async function voidLinks(
  tx: TxContext,
  userIds: readonly number[],
  state: Exclude<LinkState, 'open'>,
  purpose?: LinkPurpose,
): Promise<number> {
  const at = tx.clock.now();
  const purposes = purpose === undefined ? everyPurpose : [purpose];
  const ended = await inSlices(userIds, rowsPerStatement(tx.db) / everyPurpose.length, (slice) =>
    endLiveLinks(tx.db, slice, purposes, state, at),
  );
  return ended.reduce((sum, links) => sum + links, 0);
}

/** The links of these users that work at this moment, by user id. */
export async function openLinks(
  ctx: Context,
  userIds: readonly number[],
  purpose: LinkPurpose,
): Promise<Map<number, LinkKey>> {
  const now = ctx.clock.now();
  const open = await inSlices(userIds, rowsPerStatement(ctx.db), (slice) =>
    selectOpenLinks(ctx.db, slice, purpose, now),
  );
  return new Map(open.flat());
}

/** The address to put into a mail or to show to the admin who asked for it. */
export function linkUrl(ctx: Context, link: LinkKey): SecretUrl {
  return new SecretUrl(`${ctx.config.publicUrl}${pages[link.purpose]}?token=${tokenOf(ctx, link)}`);
}

/**
 * Finds the link and the person that a token stands for. Changes nothing.
 * @param token as it came in; anything at all
 * @throws AppError `link_void` with the reason, when the link does not work (any more)
 */
export async function readToken(
  ctx: Context,
  token: string,
  purpose: LinkPurpose,
): Promise<{ readonly link: Link; readonly user: LinkOwner }> {
  if (!tokenShape.test(token)) throw linkVoid(purpose, 'unknown');
  const bytes = Buffer.from(token, 'base64url');
  const found = await selectLinkWithOwner(ctx.db, bytes.readUInt32BE(0));
  if (found === null) throw linkVoid(purpose, 'unknown');
  const { link, owner } = found;
  const mac = macOf(ctx, link.purpose, link.id, link.nonce);
  if (!timingSafeEqual(mac, bytes.subarray(idBytes, idBytes + macBytes))) throw linkVoid(purpose, 'unknown');
  // A link for one page never opens the other.
  if (link.purpose !== purpose) throw linkVoid(purpose, 'unknown');
  const reason = voidReason(link, owner, ctx.clock.now());
  if (reason !== null || owner === null) throw linkVoid(purpose, reason ?? 'deleted');
  return { link, user: owner };
}

/**
 * Uses a link up. Of any number of calls for one link, one returns; the others throw.
 * @throws AppError `link_void` with the reason why it was not open any more
 */
export async function takeLink(tx: TxContext, link: Link): Promise<void> {
  if (await useLink(tx.db, link.id, tx.clock.now())) return;
  const found = await selectLinkWithOwner(tx.db, link.id);
  throw linkVoid(
    link.purpose,
    found === null ? 'unknown' : (voidReason(found.link, found.owner, tx.clock.now()) ?? 'used'),
  );
}

/** A link and its person for the mail that carries it; null when the link does not work any more, so no mail is due. */
export async function findWorkingLink(
  ctx: Context,
  linkId: number,
): Promise<{ readonly link: Link; readonly user: LinkOwner } | null> {
  const found = await selectLinkWithOwner(ctx.db, linkId);
  if (found === null || found.owner === null) return null;
  if (voidReason(found.link, found.owner, ctx.clock.now()) !== null) return null;
  return { link: found.link, user: found.owner };
}
