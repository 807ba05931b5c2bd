import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import {
  emoji,
  facts,
  type ModalView,
  modal,
  note,
  noticeModal,
  option,
  paragraph,
  plain,
} from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { settingLines } from './settings.text';
import { type FormSetting, type FormSettings, type NumberSetting, ranges } from './settings.types';

export const settingsCallback = 'settings';

/** A form for some of the settings. */
export interface SettingsForm {
  readonly title: string;
  readonly names: readonly FormSetting[];
}

export const siteForm: SettingsForm = {
  title: 'Settings',
  names: ['invites.life_days', 'invites.reminders', 'sessions.idle_minutes', 'sessions.cap'],
};
export const sessionsForm: SettingsForm = {
  title: 'Settings of sessions',
  names: ['sessions.idle_minutes', 'sessions.cap'],
};
export const formOf = (seen: FormSettings): SettingsForm =>
  siteForm.names.every((name) => name in seen) ? siteForm : sessionsForm;

/** What the form showed when it was opened. */
export const settingsMetadata = z.object({
  seen: z.object({
    'invites.life_days': z.int().optional(),
    'invites.reminders': z.boolean().optional(),
    'sessions.idle_minutes': z.int().nullable().optional(),
    'sessions.cap': z.int().optional(),
  }),
});

const labels: Readonly<Record<NumberSetting, { label: string; hint: string }>> = {
  'invites.life_days': {
    label: 'Days that an activation link works',
    hint: '1 to 90. It counts for invitations that are sent from now on.',
  },
  'sessions.idle_minutes': {
    label: 'End web sessions after so many minutes without a request',
    hint: '1 to 10,080, which is a week. Leave it empty to let them stay. API sessions are not ended.',
  },
  'sessions.cap': {
    label: 'Web sessions that one person may have at a time',
    hint: '1 to 20. With a lower number nobody is signed out; whoever has more chooses one to end at their next sign-in.',
  },
};

const isNumber = (name: FormSetting): name is NumberSetting => name in ranges;

function numberInput(name: NumberSetting, value: number | null): KnownBlock {
  const { least, most } = ranges[name];
  return {
    type: 'input',
    block_id: name,
    optional: name === 'sessions.idle_minutes',
    label: plain(labels[name].label),
    hint: plain(labels[name].hint),
    element: {
      type: 'number_input',
      action_id: name,
      is_decimal_allowed: false,
      min_value: String(least),
      max_value: String(most),
      ...(value === null ? {} : { initial_value: String(value) }),
    },
  };
}

function remindersInput(isOn: boolean): KnownBlock {
  const on = option(
    'Remind people whose invitation is pending',
    'on',
    'After 3 and after 6 days, by mail and in Slack.',
  );
  return {
    type: 'input',
    block_id: 'invites.reminders',
    optional: true,
    label: plain('Reminders'),
    element: {
      type: 'checkboxes',
      action_id: 'invites.reminders',
      options: [on],
      ...(isOn ? { initial_options: [on] } : {}),
    },
  };
}

/**
 * The form; filled in again after something was wrong.
 * @param seen what is stored
 * @param form what the inputs hold
 */
export function settingsModal({ title, names }: SettingsForm, seen: FormSettings, form: FormSettings): ModalView {
  return modal({
    callbackId: settingsCallback,
    title,
    submit: 'Save',
    close: 'Cancel',
    metadata: { seen },
    blocks: [
      ...names.map((name) =>
        isNumber(name) ? numberInput(name, form[name] ?? null) : remindersInput(form[name] ?? false),
      ),
      note('Nothing changes before you press Save.'),
    ],
  });
}

const typed = (values: ViewValues, name: FormSetting) => values[name]?.[name]?.value?.trim() ?? '';

/** What the inputs hold, after `checkSettingsForm`. */
export function readSettingsForm(values: ViewValues, names: readonly FormSetting[]): FormSettings {
  return Object.fromEntries(
    names.map((name) => {
      if (!isNumber(name)) return [name, (values[name]?.[name]?.selected_options ?? []).length > 0];
      const text = typed(values, name);
      return [name, text === '' ? null : Number(text)];
    }),
  );
}

export function checkSettingsForm(values: ViewValues): Record<string, string> | null {
  const problems = Object.keys(values)
    .filter((name): name is NumberSetting => name in ranges)
    .flatMap((name) => {
      const text = typed(values, name);
      const { least, most } = ranges[name];
      if (text === '' && name === 'sessions.idle_minutes') return [];
      return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most
        ? []
        : [[name, `Write a whole number from ${least} to ${most.toLocaleString('en-US')}.`]];
    });
  return problems.length === 0 ? null : Object.fromEntries(problems);
}

export function settingsSaved({ title, names }: SettingsForm, now: FormSettings, changed: boolean): ModalView {
  return noticeModal(
    title,
    paragraph(emoji('white_check_mark'), changed ? ' Saved. It holds from now on.' : ' It was so already.'),
    facts(settingLines(names, now)),
  );
}
