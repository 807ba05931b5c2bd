import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import {
  bold,
  button,
  buttons,
  divider,
  emoji,
  list,
  type ModalView,
  modal,
  note,
  noticeModal,
  option,
  paragraph,
  plain,
} from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { peopleBlocks } from '../operations/operations.text';
import type { User } from '../users/users.types';
import {
  consequences,
  internalSentence,
  reuseLabel,
  switchedSentences,
  switchingSentence,
  switchTitle,
  systemNames,
  systemSentences,
  takenSentence,
} from './auth-systems.text';
import {
  type AuthOverview,
  type ExternalSystem,
  noCounts,
  type SiteSwitch,
  type SwitchCounts,
  type Switched,
  type SwitchPlan,
} from './auth-systems.types';
import { leftSystem } from './decide-switch';

export const overviewTitle = 'Auth systems';
export const switchCallback = 'auth-switch';
export const switchButton = 'auth-switch';
export const tryButton = 'auth-try';
export const reuseBox = 'auth-reuse';
export const exportButton = 'auth-export';
export const resetButton = 'auth-reset-links';
export const resultButton = 'auth-result';

const reuseId = 'reuse';
const phraseId = 'phrase';
const systemSchema = z.enum(['ldap', 'sso']);
const switchSchema = z.object({ system: systemSchema, to: z.enum(['on', 'off']) });

export const readSystem = (value: string): ExternalSystem => systemSchema.parse(value);
/** `ldap:off`, as the button carries it. */
export function readSwitchButton(value: string): Pick<SiteSwitch, 'system' | 'to'> {
  const [system, to] = value.split(':');
  return switchSchema.parse({ system, to });
}

const number = z.int().min(0);
const countsSchema = z.object(
  Object.fromEntries(Object.keys(noCounts).map((key) => [key, number])) as Record<keyof SwitchCounts, typeof number>,
);
const metadataSchema = switchSchema.extend({ counts: countsSchema, sent: z.string().max(300).nullable() });

/** Which switch a form is about, what it showed, and what was said about the workbook. */
export function readSwitchMetadata(metadata: unknown): z.infer<typeof metadataSchema> {
  return metadataSchema.parse(metadata);
}

/** Whether the usernames are to be taken over, and what was typed. */
export function readSwitchForm(values: ViewValues): { readonly reuseNames: boolean; readonly typed: string } {
  return {
    reuseNames: (values[reuseId]?.[reuseBox]?.selected_options ?? []).length > 0,
    typed: values[phraseId]?.[phraseId]?.value ?? '',
  };
}

function systemBlocks(system: ExternalSystem, state: AuthOverview[ExternalSystem], callbackUrl: string): KnownBlock[] {
  const name = systemNames[system];
  const to = state.isOn ? 'off' : 'on';
  const elements = [
    ...(state.isOn || state.server !== null
      ? [button({ actionId: switchButton, text: `Switch ${name} ${to}`, value: `${system}:${to}` })]
      : []),
    ...(state.server === null
      ? []
      : [button({ actionId: tryButton, text: 'Test the connection', value: system, label: `Test ${name}` })]),
  ];
  return [
    divider,
    paragraph(emoji(state.isOn ? 'large_green_circle' : 'white_circle'), ' ', bold(name)),
    list(systemSentences(system, state).map((sentence) => [sentence])),
    ...(system === 'sso' && state.server !== null
      ? [note(`The provider has to know this address as redirect URI: ${callbackUrl}`)]
      : []),
    ...(elements.length > 0 ? [buttons(`system-${system}`, ...elements)] : []),
  ];
}

/** All systems as they are. @param remark what just happened, or null */
export function overviewModal(overview: AuthOverview, callbackUrl: string, remark: string | null): ModalView {
  return modal({
    callbackId: 'auth-systems',
    title: overviewTitle,
    blocks: [
      ...(remark === null ? [] : [paragraph(emoji('information_source'), ` ${remark}`), divider]),
      paragraph(emoji('large_green_circle'), ' ', bold('Internal: e-mail and password')),
      list([[internalSentence(overview.internal)]]),
      ...systemBlocks('ldap', overview.ldap, callbackUrl),
      ...systemBlocks('sso', overview.sso, callbackUrl),
      divider,
      note('Nothing changes before you confirm it in the next step.'),
    ],
  });
}

function reuseBlock(isTicked: boolean): KnownBlock {
  const box = option(reuseLabel, 'reuse', 'SSO usernames that people have already stay.');
  return {
    type: 'actions',
    block_id: reuseId,
    elements: [
      { type: 'checkboxes', action_id: reuseBox, options: [box], ...(isTicked ? { initial_options: [box] } : {}) },
    ],
  };
}

function phraseBlock(phrase: string): KnownBlock {
  return {
    type: 'input',
    block_id: phraseId,
    label: plain(`Type “${phrase}” to go on`),
    hint: plain('More than 50 people are touched, and cleared usernames do not come back.'),
    element: { type: 'plain_text_input', action_id: phraseId, max_length: 200 },
  };
}

/**
 * What a switch would do, to be confirmed.
 * @param remark why it is shown anew, or null
 * @param sent what was said about the workbook, or null
 */
export function switchModal(plan: SwitchPlan, remark: string | null, sent: string | null): ModalView {
  const { change, counts, taken, phrase, refusal } = plan;
  const touches = counts.people + counts.cleared > 0;
  const workbook = button({ actionId: exportButton, text: 'Send me the workbook first' });
  const left = leftSystem(change);
  return modal({
    callbackId: switchCallback,
    title: switchTitle(change),
    ...(refusal === null ? { submit: switchTitle(change) } : {}),
    close: 'Cancel',
    metadata: { system: change.system, to: change.to, counts, sent },
    blocks: [
      ...(remark === null ? [] : [paragraph(emoji('warning'), ' ', bold(remark))]),
      ...(refusal === null ? [] : [paragraph(emoji('no_entry'), ' ', bold(refusal))]),
      list(consequences(plan).map((sentence) => [sentence])),
      ...(taken.length > 0
        ? [
            paragraph(bold('Usernames that stay with somebody else')),
            list([
              ...taken.map((name) => [takenSentence(name)]),
              ...(counts.taken > taken.length ? [[`… and ${counts.taken - taken.length} more`]] : []),
            ]),
          ]
        : []),
      ...(left === 'ldap' && touches ? [reuseBlock(change.reuseNames)] : []),
      ...(touches
        ? [
            paragraph(
              bold('Export these people before you switch. '),
              'The workbook has their usernames of now; with it you can import them again, also as usernames of the other system.',
            ),
            buttons('export', workbook),
            ...(sent === null ? [] : [paragraph(emoji('paperclip'), ` ${sent}`)]),
          ]
        : []),
      ...(phrase !== null && refusal === null ? [phraseBlock(phrase)] : []),
    ],
  });
}

/** How far a switch is that takes longer than a moment. */
export function switchingModal(change: SiteSwitch, people: number, total: number): ModalView {
  return noticeModal(
    switchTitle(change),
    paragraph(emoji('hourglass_flowing_sand'), ' ', bold(switchingSentence(people, total))),
    note('It is done for everybody or for nobody. Please leave this open: the next step will be here.'),
  );
}

/** What a switch did, and the next step for those who have no password. @param waiting the first of them */
export function switchedModal(switched: Switched, waiting: readonly User[]): ModalView {
  const { change, counts, operationId } = switched;
  const value = String(operationId);
  const { withoutPassword } = counts;
  const links = button({ actionId: resetButton, text: 'Send reset links', value, style: 'primary' });
  const result = button({ actionId: resultButton, text: 'Send me the whole list', value });
  const elements = [...(withoutPassword > 0 ? [links] : []), ...(counts.people + counts.cleared > 0 ? [result] : [])];
  return noticeModal(
    overviewTitle,
    paragraph(
      emoji('white_check_mark'),
      ' ',
      bold(
        `${systemNames[change.system]} is switched ${change.to}${change.system === 'sso' && change.to === 'on' ? ', and LDAP is off' : ''}.`,
      ),
    ),
    list(switchedSentences(switched).map((sentence) => [sentence])),
    ...(waiting.length > 0
      ? [paragraph(bold('Cannot sign in before they get a link')), ...peopleBlocks(waiting, withoutPassword)]
      : []),
    ...(elements.length > 0 ? [buttons('next', ...elements)] : []),
  );
}
