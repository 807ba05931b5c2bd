import { count } from '../../lib/plain-text';
import { link, type SlackMessage } from '../../platform/slack/blocks';
import { resultMessage } from '../operations/operations.text';
import type { ResetResult } from './resets.types';

/** Who can choose a new password now, with the link to hand over; for the acting admin's eyes only. */
export function resetReport(result: ResetResult, remarks: readonly string[] = []): SlackMessage {
  const { sent, skipped, tokensRevoked } = result;
  const tokens = tokensRevoked === 0 ? '' : ` ${count(tokensRevoked, 'API token')} revoked.`;
  return resultMessage({
    operationId: result.operationId,
    title:
      sent.length === 0
        ? 'No password was reset.'
        : `${count(sent.length, 'person', 'people')} can choose a new password.`,
    remarks: [
      ...(sent.length === 0
        ? []
        : [
            `The mail with the link is on its way; the link works for 24 hours.${tokens} The old password works until then. You can also hand the link over yourself; keep it between you and its person.`,
          ]),
      ...remarks,
    ],
    results: [
      ...sent.map(({ user, link: url }) => ({
        subject: user.email,
        outcome: 'done' as const,
        reason: null,
        extra: [link(url.reveal(), 'reset link')],
      })),
      ...skipped.map(({ user, reason }) => ({ subject: user.email, outcome: 'skipped' as const, reason })),
    ],
  });
}
