/** What a form can set for the site, with the numbers it takes. The auth systems have a form of their own. */
export const ranges = {
  'invites.life_days': { least: 1, most: 90 },
  'sessions.idle_minutes': { least: 1, most: 10_080 },
  'sessions.cap': { least: 1, most: 20 },
} as const;

export type NumberSetting = keyof typeof ranges;
export type FormSetting = NumberSetting | 'invites.reminders';

/** Values by name, of as many settings as a form has. `sessions.idle_minutes` null: sessions never idle out. */
export interface FormSettings {
  readonly 'invites.life_days'?: number | undefined;
  readonly 'invites.reminders'?: boolean | undefined;
  readonly 'sessions.idle_minutes'?: number | null | undefined;
  readonly 'sessions.cap'?: number | undefined;
}

/** What the audit trail calls them. */
export const auditNames: Readonly<Record<FormSetting, string>> = {
  'invites.life_days': 'daysOfInvitations',
  'invites.reminders': 'reminders',
  'sessions.idle_minutes': 'idleMinutes',
  'sessions.cap': 'webSessionsPerUser',
};
