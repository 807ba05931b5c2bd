import { z } from 'zod';
import { count, oneLine, shorten } from '../../lib/plain-text';
import {
  bold,
  emoji,
  list,
  type ModalView,
  modal,
  note,
  noticeModal,
  paragraph,
  plain,
} from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { displayName } from '../users/users.types';
import type { EndingPlan } from './end-sessions.service';
import {
  countsSentence,
  type ListState,
  listBlocks,
  listHeading,
  longestFilter,
  placeOf,
  remarkBlocks,
  type Times,
} from './sessions.text';
import type { SessionPage } from './sessions.types';

export const listCallback = 'sessions';
export const endAllCallback = 'end-user-sessions';
const filterId = 'filter';

/** What a button or a modal of the list carries; anybody can send anything in its place. */
export const listState = z.object({
  email: z.string().max(longestFilter),
  sort: z.enum(['email', 'client', 'kind', 'ip', 'started', 'last_seen']),
  direction: z.enum(['asc', 'desc']),
  page: z.int().min(0),
});

/** What the button of a row carries. */
export const endValue = z.object({ id: z.int().positive(), state: listState });

/** The list in a modal, for where there is no message: the Home. */
export function sessionsModal(page: SessionPage, state: ListState, times: Times, remark: string | null): ModalView {
  return modal({
    callbackId: listCallback,
    title: 'Active sessions',
    submit: 'Filter',
    metadata: { ...state, page: page.page },
    blocks: [
      ...remarkBlocks(remark),
      listHeading(page, state, times),
      {
        type: 'input',
        block_id: filterId,
        optional: true,
        label: plain('Filter by e-mail'),
        element: {
          type: 'plain_text_input',
          action_id: filterId,
          placeholder: plain('An address or a part of it'),
          max_length: longestFilter,
          ...(state.email === '' ? {} : { initial_value: state.email }),
        },
      },
      ...listBlocks(page, state, times),
    ],
  });
}

export const readFilterInput = (values: ViewValues): string => oneLine(values[filterId]?.[filterId]?.value ?? '');

export const endAllMetadata = z.object({ userId: z.int().positive() });

const mostListed = 20;

/** What ending all sessions of a person would end, before it does. */
export function endAllModal({ user, counts, sessions }: EndingPlan): ModalView {
  const total = counts.web + counts.api + counts.explorer;
  if (total === 0)
    return noticeModal(
      'End all sessions',
      paragraph(bold(displayName(user)), ' is not signed in anywhere. There is nothing to end.'),
    );
  const shown = sessions.slice(0, mostListed);
  const more = counts.web + counts.api - shown.length;
  const address = displayName(user) === user.email ? '' : ` (${user.email})`;
  return modal({
    callbackId: endAllCallback,
    title: 'End all sessions',
    submit: total === 1 ? 'End 1 session' : `End ${shorten(count(total, 'session'), 18)}`,
    close: 'Cancel',
    metadata: { userId: user.id },
    blocks: [
      paragraph('All sessions of ', bold(displayName(user)), `${address} end: ${countsSentence(counts)}.`),
      ...(shown.length > 0 ? [list(shown.map((session) => [placeOf(session)]))] : []),
      ...(more > 0 ? [note(`and ${more.toLocaleString('en-US')} more`)] : []),
      paragraph(
        emoji('information_source'),
        ' At their next request they are told that an administrator ended the session. They can sign in again; to keep somebody out, disable them. API tokens go on working.',
      ),
    ],
  });
}

export function endedAllModal({ email, ended }: { email: string; ended: number }): ModalView {
  return noticeModal(
    'End all sessions',
    paragraph(
      emoji('white_check_mark'),
      ended === 0
        ? ` ${email} was not signed in anywhere any more. Nothing was changed.`
        : ` Ended ${count(ended, 'session')} of ${email}.`,
    ),
  );
}
