import type { Context } from '../../platform/context';
import type { ModalView } from '../../platform/slack/blocks';
import type { SlackEdge, Verb } from '../../platform/slack/definitions';
import { changedMeanwhile } from '../access/stale-form';
import { changeSettings, showSettings } from './manage-settings.service';
import {
  checkSettingsForm,
  formOf,
  readSettingsForm,
  type SettingsForm,
  sessionsForm,
  settingsCallback,
  settingsMetadata,
  settingsModal,
  settingsSaved,
  siteForm,
} from './settings.modals';
import { settingLines } from './settings.text';

async function open(ctx: Context, form: SettingsForm): Promise<ModalView> {
  const now = await showSettings(ctx, form.names);
  return settingsModal(form, now, now);
}

function verb(command: Verb['command'], form: SettingsForm, summary: string): Verb {
  return {
    command,
    verb: 'settings',
    access: 'admin',
    usage: '',
    summary,
    example: `${command} settings`,
    options: [],
    opensModal: () => form.title,
    handle: async (ctx, call) => call.showModal(await open(ctx, form)),
  };
}

/** `/usher settings` and, for what they have of sessions, `/sessions settings`. */
export const settingsEdge: SlackEdge = {
  verbs: [
    verb('/usher', siteForm, 'Sets how long activation links work, reminders, and the limits of sessions'),
    verb(
      '/sessions',
      sessionsForm,
      'Sets after how many idle minutes web sessions end, and how many one person may have',
    ),
  ],
  submissions: [
    {
      callbackId: settingsCallback,
      access: 'admin',
      check: checkSettingsForm,
      async handle(ctx, call) {
        const { seen } = settingsMetadata.parse(call.metadata);
        const form = formOf(seen);
        const wanted = readSettingsForm(call.values, form.names);
        const { kind, now } = await changeSettings(ctx, seen, wanted, call.requestId);
        if (kind !== 'stale') return settingsSaved(form, now, kind === 'done');
        const words = settingLines(form.names, now).map(([name, value]) => `${name}: ${value}`);
        return { errors: { settings: changedMeanwhile(words.join('; ')) }, view: settingsModal(form, now, wanted) };
      },
    },
  ],
};
