import type { KnownBlock } from '@slack/types';
import { count } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  emoji,
  fitting,
  link,
  list,
  message,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import { decisionReply } from '../approvals/approvals.text';
import { type Approval, freeDisablings } from '../approvals/approvals.types';
import type { OperationResult } from '../operations/operations.service';
import { type Plan, planBlocks, planMessage, type Results, resultMessage } from '../operations/operations.text';
import type { Batch, BatchAction, BatchPlan, BatchReport, SentLink } from './batch.types';

const undoable: readonly BatchAction[] = ['activate', 'disable', 'update', 'assign_projects'];

/** How many links one message shows. */
export const linksAtOnce = 20;

const people = (number: number) => count(number, 'person', 'people');

function question(action: BatchAction, total: number): string {
  switch (action) {
    case 'assign_projects':
      return `Assign projects to ${people(total)}?`;
    case 'reset_passwords':
      return `Reset the password of ${people(total)}?`;
    case 'export':
      return `Export ${people(total)}?`;
    case 'update':
      return `Update ${people(total)}?`;
    case 'activate':
      return `Activate ${people(total)}?`;
    case 'disable':
      return `Disable ${people(total)}?`;
    case 'resend':
      return `Send ${people(total)} the invitation again?`;
  }
}

const doneTitles: Readonly<Record<BatchAction, string>> = {
  assign_projects: 'Assigning projects is done.',
  reset_passwords: 'Resetting passwords is done.',
  export: 'The export is done.',
  update: 'Updating people is done.',
  activate: 'Activating people is done.',
  disable: 'Disabling people is done.',
  resend: 'Sending invitations again is done.',
};

function planOf({ batch, consequences, people: named }: BatchPlan): Plan {
  return { title: question(batch.action, batch.total), consequences, people: named, total: batch.total };
}

const remarkBlocks = (remarks: readonly string[]): KnownBlock[] =>
  remarks.map((remark) => paragraph(emoji('warning'), ` ${remark}`));

/** The plan in a modal, with what was named and is nobody here. */
export function batchPlanBlocks(plan: BatchPlan, remarks: readonly string[] = []): KnownBlock[] {
  return [
    ...planBlocks(planOf(plan)),
    ...remarkBlocks(remarks),
    ...(plan.refusal === null
      ? [note('Nothing has changed yet.')]
      : [paragraph(emoji('no_entry'), ' ', bold(plan.refusal))]),
  ];
}

/** The plan as a message of its own, with Confirm and Cancel. */
export function batchPlanMessage(plan: BatchPlan, remarks: readonly string[]): SlackMessage {
  const value = String(plan.batch.id);
  const danger = plan.batch.action === 'disable' ? ({ style: 'danger' } as const) : ({ style: 'primary' } as const);
  if (plan.refusal !== null)
    return message(plan.refusal, ...planBlocks(planOf(plan)), paragraph(emoji('no_entry'), ' ', bold(plan.refusal)));
  return planMessage(
    planOf(plan),
    ...remarkBlocks(remarks),
    buttons(
      'batch-decision',
      plan.phrase === null
        ? button({ actionId: 'batch-confirm', text: 'Confirm', value, ...danger })
        : button({ actionId: 'batch-open', text: 'Confirm…', value, ...danger }),
      button({ actionId: 'batch-cancel', text: 'Cancel', value }),
    ),
  );
}

/** What a batch shows while it runs. */
export function batchProgressMessage(batch: Batch): SlackMessage {
  const share = batch.total === 0 ? 1 : batch.nextPosition / batch.total;
  const filled = Math.round(share * 20);
  const title = `${question(batch.action, batch.total).replace('?', '')}: ${batch.nextPosition.toLocaleString('en-US')} of ${batch.total.toLocaleString('en-US')}`;
  return message(
    title,
    paragraph(emoji('hourglass_flowing_sand'), ' ', bold(title)),
    paragraph(`${'█'.repeat(filled)}${'░'.repeat(20 - filled)}  ${Math.floor(share * 100)} %`),
    note('It goes on by itself. You can close everything else.'),
  );
}

export interface Ending {
  readonly report: BatchReport;
  readonly results: readonly OperationResult[];
  /** Links to hand over, where only the acting admin looks; else none. */
  readonly links: readonly SentLink[];
  /** How many links there are in all. */
  readonly linksInAll: number;
  readonly workbook: WorkbookState;
}

/** Whether the workbook of a batch lies in the conversation; `unknown` where it was sent before, `none` without one. */
export type WorkbookState = 'none' | 'sent' | 'failed' | 'unknown';

/** How a batch ended, person by person. */
export function batchResultMessage({ report, results, links, linksInAll, workbook }: Ending): SlackMessage {
  const { batch, operationId, counts } = report;
  const linkOf = new Map(links.map(({ user, link: url }) => [user.id, url]));
  const label = batch.action === 'reset_passwords' ? 'reset link' : 'activation link';
  const ended: Results = {
    operationId,
    title: doneTitles[batch.action],
    counts,
    remarks: [...notes(batch.action, counts.done), ...workbookNotes[workbook]],
    results: results.map((result) => {
      const url = result.userId === null ? undefined : linkOf.get(result.userId);
      return url === undefined ? result : { ...result, extra: [link(url.reveal(), label)] };
    }),
    undoable: counts.done > 0 && undoable.includes(batch.action),
  };
  const said = resultMessage(ended);
  // The message may have room for fewer than there are.
  const shown = JSON.stringify(said.blocks).split('"type":"link"').length - 1;
  const below = [
    ...(linksInAll > shown ? [linksButton(batch.id, 0, linksInAll)] : []),
    ...(workbook === 'failed' || workbook === 'unknown' ? [workbookButton(batch.id)] : []),
  ];
  return { ...said, blocks: [...said.blocks, ...below] };
}

const workbookFailed =
  'The workbook could not be put into our direct conversation. Nothing else is missing: what was done stays done.';
const workbookNotes: Readonly<Record<WorkbookState, readonly string[]>> = {
  none: [],
  sent: ['The workbook lies in our direct conversation.'],
  failed: [`${workbookFailed} Have it sent again with the button below.`],
  unknown: ['If the workbook is not in our direct conversation, have it sent again with the button below.'],
};

function workbookButton(batchId: number): KnownBlock {
  const again = button({ actionId: 'batch-workbook', text: 'Send the workbook again', value: String(batchId) });
  return buttons('batch-workbook', again);
}

/** What came of sending the workbook again. */
export function workbookAgainMessage(batchId: number, workbook: WorkbookState): SlackMessage {
  if (workbook === 'sent') {
    const sentence = 'The workbook lies in our direct conversation now.';
    return message(sentence, paragraph(emoji('white_check_mark'), ` ${sentence}`));
  }
  const sentence =
    workbook === 'none'
      ? 'There is no workbook to send: this is still going on, or its result names everybody.'
      : `${workbookFailed} Try it again in a few minutes.`;
  return message(
    sentence,
    paragraph(emoji('warning'), ` ${sentence}`),
    ...(workbook === 'none' ? [] : [workbookButton(batchId)]),
  );
}

function notes(action: BatchAction, done: number): string[] {
  if (done === 0) return [];
  switch (action) {
    case 'reset_passwords':
      return [
        'A mail with a link to choose a new password is on its way to each. The links work for 24 hours; all API tokens are revoked. You can also hand the links over yourself; keep each between you and its person.',
      ];
    case 'disable':
      return [
        'They cannot sign in any more: sessions ended, API tokens and open links are void. Their work stays assigned.',
      ];
    case 'resend':
      return ['Links sent before do not work any more.'];
    case 'assign_projects':
    case 'export':
    case 'update':
    case 'activate':
      return [];
  }
}

function linksButton(batchId: number, offset: number, left: number): KnownBlock {
  return buttons(
    'batch-links',
    button({
      actionId: 'batch-links',
      text: `Show the links (${people(left)})`,
      value: JSON.stringify({ batchId, offset }),
    }),
  );
}

/** A page of links, for the acting admin only. */
export function batchLinksMessage(
  batch: Batch,
  page: { readonly sent: readonly SentLink[]; readonly next: number; readonly total: number },
): SlackMessage {
  const label = batch.action === 'reset_passwords' ? 'reset link' : 'activation link';
  const { shown } = fitting(
    page.sent,
    linksAtOnce,
    ({ user, link: url }) => user.email.length + url.reveal().length + 30,
    9000,
  );
  return message(
    'Links to hand over',
    paragraph(
      page.sent.length === 0
        ? 'None of these links works any more.'
        : 'Each link opens one account, so keep it between you and its person.',
    ),
    ...(shown.length > 0
      ? [list(shown.map(({ user, link: url }): Piece[] => [user.email, '  ', link(url.reveal(), label)]))]
      : []),
    ...(page.next < page.total ? [linksButton(batch.id, page.next, page.total - page.next)] : []),
    note('Only you see this.'),
  );
}

/** A second admin was asked; and how they decided, where they did. */
export function batchAskedMessage({ total }: Batch, approval: Approval | null): SlackMessage {
  if (approval !== null && approval.state !== 'pending' && approval.state !== 'approved') {
    const { text, blocks } = decisionReply(approval);
    return message(text, ...blocks, paragraph('Nobody is asked again by this. To ask once more, begin anew.'));
  }
  const sentence = `Disabling ${people(total)} needs a second admin.`;
  return message(
    sentence,
    paragraph(emoji('busts_in_silhouette'), ' ', bold(sentence)),
    paragraph(
      'The other admins were asked. Nothing has changed yet; it happens when one of them agrees within 24 hours. How far it is then stands in our direct conversation.',
    ),
    ...(total > freeDisablings
      ? []
      : [note('Disablings of the last ten minutes count too: together they are more than 10 people.')]),
  );
}

export function batchRunningMessage({ total }: Batch): SlackMessage {
  const sentence = `Working on ${people(total)}.`;
  return message(
    sentence,
    paragraph(emoji('hourglass_flowing_sand'), ' ', bold(sentence)),
    paragraph('How far it is stands in our direct conversation, and so will how it ended.'),
  );
}

export function batchCancelledMessage(batch: Batch): SlackMessage {
  const cancelled = batch.state === 'cancelled';
  const sentence = cancelled
    ? 'Cancelled. Nothing was changed.'
    : 'This was confirmed already, so it cannot be cancelled.';
  return message(sentence, paragraph(emoji(cancelled ? 'wastebasket' : 'information_source'), ` ${sentence}`));
}
