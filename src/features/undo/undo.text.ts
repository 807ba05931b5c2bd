import { count, listOf } from '../../lib/plain-text';
import { bold, emoji, fitting, list, message, paragraph, type SlackMessage } from '../../platform/slack/blocks';
import type { RefusedField, UndoRefusal, UndoResult } from './undo.types';
import { fieldNames } from './undo-names';

const reasons: Readonly<Record<UndoRefusal, string>> = {
  changed: 'somebody changed it since',
  gone: 'a project, profile or group of before does not exist any more',
  last_admin: 'the site needs one active admin',
  yourself: 'nobody disables themselves',
  username_taken: 'somebody else has that username now',
  system_off: 'the site does not sign in by that any more',
  with_sign_in: 'it belongs to how they sign in, and another part of that stays',
};

const peopleShown = 20;

function names(emails: readonly string[]): string {
  const shown = emails.slice(0, peopleShown);
  return emails.length > shown.length ? `${shown.join(', ')} and ${emails.length - shown.length} more` : listOf(shown);
}

const refusedLine = ({ user, field, why }: RefusedField) =>
  `${user.email}: ${fieldNames[field]} stays as it is, because ${reasons[why]}.`;

/** What was given back, what was not and why, and what undo cannot give back. */
export function undoReport(result: UndoResult): SlackMessage {
  const { restored, refused } = result;
  const headline =
    restored.length === 0 ? 'Nothing was undone.' : `Undone for ${count(restored.length, 'person', 'people')}.`;
  const fields = [...new Set(restored.flatMap(({ changes }) => changes.map(({ field }) => fieldNames[field])))];
  const { shown, more } = fitting(refused, 30, (line) => refusedLine(line).length, 6000);
  return message(
    headline,
    paragraph(emoji(restored.length > 0 ? 'white_check_mark' : 'warning'), ' ', bold(headline)),
    ...(restored.length > 0
      ? [paragraph(`As before: ${listOf(fields)} of ${names(restored.map(({ user }) => user.email))}.`)]
      : []),
    ...remarks(result).map((remark) => paragraph(remark)),
    ...(shown.length > 0
      ? [
          list([
            ...shown.map((line) => [refusedLine(line)]),
            ...(more > 0 ? [[`… and ${count(more, 'more field')} that ${more === 1 ? 'stays' : 'stay'} as now`]] : []),
          ]),
        ]
      : []),
  );
}

function remarks({ restored, sessionsEnded }: UndoResult): string[] {
  const status = (to: string, from: readonly string[]) =>
    restored.filter(({ user, changes }) =>
      changes.some(({ field, before }) => field === 'status' && before === to && from.includes(user.status)),
    );
  const letIn = [...status('active', ['disabled']), ...status('invited', ['disabled'])];
  const invited = status('invited', ['disabled', 'active']).map(({ user }) => user.email);
  const backIn = restored.some(({ changes }) =>
    changes.some(
      ({ field, before, after }) =>
        field === 'memberships' && projectsOf(before).some((project) => !projectsOf(after).includes(project)),
    ),
  );
  return [
    ...(letIn.length > 0
      ? ['Sessions, API tokens and links that ended stay ended: they sign in anew, and make new tokens.']
      : []),
    ...(invited.length > 0
      ? [`Their link does not work any more, so send the invitation again: /users resend ${names(invited)}`]
      : []),
    ...(sessionsEnded > 0 ? [`${count(sessionsEnded, 'session')} ended with it.`] : []),
    ...(backIn ? ['Work that became unassigned when they left a project stays unassigned.'] : []),
  ];
}

const projectsOf = (set: unknown) => (set as readonly string[]).map((entry) => entry.split(':')[0]);
