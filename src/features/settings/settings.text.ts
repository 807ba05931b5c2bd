import { count } from '../../lib/plain-text';
import type { FormSetting, FormSettings } from './settings.types';

/** Names and values of settings, as people read them. */
export function settingLines(names: readonly FormSetting[], now: FormSettings): [name: string, value: string][] {
  const idle = now['sessions.idle_minutes'] ?? null;
  const lines: Record<FormSetting, [string, string]> = {
    'invites.life_days': ['Activation links', `work ${count(now['invites.life_days'] ?? 0, 'day')}`],
    'invites.reminders': ['Reminders', now['invites.reminders'] ? 'on' : 'off'],
    'sessions.idle_minutes': [
      'Idle web sessions',
      idle === null ? 'stay' : `end after ${count(idle, 'minute')} without a request`,
    ],
    'sessions.cap': ['Web sessions per person', `${now['sessions.cap'] ?? 0} at most`],
  };
  return names.map((name) => lines[name]);
}
