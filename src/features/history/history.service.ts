import { createWriteStream } from 'node:fs';
import { DateTime } from 'luxon';
import { didYouMean } from '../../lib/did-you-mean';
import { emailKey } from '../../lib/email';
import { nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput, notFound } from '../../platform/errors';
import { type SheetColumn, type SheetValue, writeWorkbook } from '../../platform/sheets/write-sheet';
import { findUsers, findUsersByEmail, requireAdmin } from '../users/users.service';
import { selectActions, selectLabelsLike, selectTrail } from './trail.store';
import type { TrailEvent, TrailFilter, TrailPage, TrailPlace, TrailWords } from './trail.types';
import { actionSentence, changeLines, knownActions } from './trail-words';

/** The most events that a workbook holds. */
export const workbookLimit = 10_000;

/** The actions whose name or sentence has a word in it. @throws AppError `invalid_input` with "did you mean" */
async function actionsOf(ctx: Context, word: string): Promise<string[]> {
  const all = [...new Set([...knownActions, ...(await selectActions(ctx.db))])];
  const key = nameKey(word);
  const found = all.filter((action) => `${action.replace(/[._]/g, ' ')} ${actionSentence(action)}`.includes(key));
  if (found.length > 0) return found;
  const words = [...new Set(all.flatMap((action) => action.split(/[._]/)))];
  const meant = didYouMean(word, words);
  throw invalidInput(
    `Nothing in the trail is called “${word}”.${meant === null ? '' : ` Did you mean “${meant}”?`} Try what:invited, what:disabled or what:import.`,
    'what',
  );
}

/** The labels under which somebody, or something, stands in the trail, whether they are still there or not. */
async function labelsOf(ctx: Context, about: string): Promise<string[]> {
  const key = emailKey(about);
  const [user] = await findUsersByEmail(ctx, [about]);
  if (user) return [...new Set([user.email, about, key])];
  return [...new Set([about, key, ...(await selectLabelsLike(ctx.db, key))])];
}

/** The moment at which a day begins in the site's time zone. @throws AppError `invalid_input` */
function beginningOf(ctx: Context, day: string): Date {
  const begins = DateTime.fromISO(day, { zone: ctx.config.timeZone }).startOf('day');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !begins.isValid)
    throw invalidInput(`“${day}” is not a day. Write it as in since:2026-11-01.`, 'since');
  return begins.toJSDate();
}

async function lookUpFilter(ctx: Context, words: TrailWords): Promise<TrailFilter> {
  const [actor] = words.who === null ? [] : await findUsersByEmail(ctx, [words.who]);
  return {
    ...(actor ? { actorUserId: actor.id } : {}),
    ...(words.who !== null && !actor ? { actorLabels: [words.who, emailKey(words.who)] } : {}),
    ...(words.what !== null ? { actions: await actionsOf(ctx, words.what) } : {}),
    ...(words.about !== null ? { subjectLabels: await labelsOf(ctx, words.about) } : {}),
    ...(words.since !== null ? { since: beginningOf(ctx, words.since) } : {}),
    ...(words.text !== '' ? { text: nameKey(words.text) } : {}),
  };
}

/**
 * One page of the audit trail, newest first.
 * @throws AppError `not_admin`; `invalid_input` for a word or a day that means nothing
 */
export async function readTrail(
  ctx: Context,
  words: TrailWords,
  place: TrailPlace,
  pageSize: number,
): Promise<TrailPage> {
  await requireAdmin(ctx);
  const filter = await lookUpFilter(ctx, words);
  const found = await selectTrail(ctx.db, filter, place, pageSize + 1);
  const events = found.slice(0, pageSize);
  if (place === null || 'older' in place) {
    return { events, hasOlder: found.length > pageSize, hasNewer: place !== null };
  }
  // The way back ends at the newest page, which is shown full.
  if (found.length <= pageSize) return readTrail(ctx, words, null, pageSize);
  return { events: events.reverse(), hasOlder: true, hasNewer: true };
}

/** The address of a user for whom a button stands. @throws AppError `not_admin`, `not_found` */
export async function addressOf(ctx: Context, userId: number): Promise<string> {
  await requireAdmin(ctx);
  const [user] = await findUsers(ctx, [userId]);
  if (user) return user.email;
  throw notFound('user', 'This person was deleted meanwhile. /users history with their address still shows the trail.');
}

const columns: readonly SheetColumn[] = [
  { header: 'When', width: 20 },
  { header: 'Who', width: 30 },
  { header: 'Slack Account', width: 22 },
  { header: 'What', width: 34 },
  { header: 'To Whom', width: 30 },
  { header: 'Changes', width: 70 },
  { header: 'Operation', width: 12 },
];

async function* allEvents(ctx: Context, filter: TrailFilter): AsyncGenerator<TrailEvent> {
  const batch = 500;
  let place: TrailPlace = null;
  for (let written = 0; written < workbookLimit; written += batch) {
    const events: TrailEvent[] = await selectTrail(ctx.db, filter, place, batch);
    yield* events;
    const last = events[events.length - 1];
    if (last === undefined || events.length < batch) return;
    place = { older: last.id };
  }
}

/**
 * Writes the whole filtered trail, the newest 10,000 lines of it, to `path`; times are the site's.
 * @throws AppError `not_admin`, `invalid_input`
 */
export async function writeTrailWorkbook(ctx: Context, words: TrailWords, path: string): Promise<void> {
  await requireAdmin(ctx);
  const filter = await lookUpFilter(ctx, words);
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for await (const event of allEvents(ctx, filter)) {
      yield [
        DateTime.fromJSDate(event.at, { zone: ctx.config.timeZone }).toFormat('yyyy-MM-dd HH:mm:ss'),
        event.actorLabel,
        event.actorSlackId ?? '',
        actionSentence(event.action),
        event.subjectLabel,
        changeLines(event, 2000).join('\n').slice(0, 32_000),
        event.operationId === null ? '' : String(event.operationId),
      ];
    }
  };
  await writeWorkbook(createWriteStream(path), [{ name: 'Audit trail', columns, rows: rows() }]);
}
