import { oneLine } from '../../lib/plain-text';
import { type ModalView, modal, paragraph, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import type { Approval } from './approvals.types';

export const refuseCallback = 'refuse-approval';

/** Asks why, because the other admin is told. */
export function refuseModal(approval: Approval): ModalView {
  return modal({
    callbackId: refuseCallback,
    title: 'Refuse this?',
    submit: 'Refuse',
    close: 'Cancel',
    metadata: { approvalId: approval.id },
    blocks: [
      paragraph(approval.summary),
      {
        type: 'input',
        block_id: 'reason',
        label: plain('Why?'),
        hint: plain(`${approval.requester.email} is told.`.slice(0, 150)),
        element: { type: 'plain_text_input', action_id: 'reason', multiline: true, max_length: 500 },
      },
    ],
  });
}

/** The reason as it was typed. */
export function readReason(values: ViewValues): string {
  return oneLine(values.reason?.reason?.value ?? '');
}
