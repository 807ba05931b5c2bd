import { z } from 'zod';
import type { Context } from '../../platform/context';
import { selectSetting, upsertSetting } from './settings.store';
import { type NumberSetting, ranges } from './settings.types';

const whole = (name: NumberSetting) => z.number().int().min(ranges[name].least).max(ranges[name].most);

/** What an admin can set for the site, with its range and what it is when nobody has set it. */
const definitions = {
  /** Days that an activation link works. */
  'invites.life_days': { schema: whole('invites.life_days'), initial: 7 },
  /** Reminders of pending invitations are sent. */
  'invites.reminders': { schema: z.boolean(), initial: true },
  /** Auth systems that people may sign in by, beside passwords. */
  'auth.ldap': { schema: z.boolean(), initial: false },
  'auth.sso': { schema: z.boolean(), initial: false },
  /** Web sessions that one user may have at a time (R91). */
  'sessions.cap': { schema: whole('sessions.cap'), initial: 3 },
  /** Minutes without a request after which a web session ends by itself; null: never (R86). */
  'sessions.idle_minutes': { schema: whole('sessions.idle_minutes').nullable(), initial: null },
} as const;

type Definitions = typeof definitions;
export type SettingName = keyof Definitions;
export type SettingValue<Name extends SettingName> = z.infer<Definitions[Name]['schema']>;

/** A setting's value; a stored value outside its range counts as not set. */
export async function setting<Name extends SettingName>(ctx: Context, name: Name): Promise<SettingValue<Name>> {
  return storedSetting(name, await selectSetting(ctx.db, name));
}

/** What a stored value means, where it was read along with something else; undefined is a setting that nobody has set. */
export function storedSetting<Name extends SettingName>(name: Name, stored: unknown): SettingValue<Name> {
  const { schema, initial } = definitions[name];
  const parsed = schema.safeParse(stored);
  return (parsed.success ? parsed.data : initial) as SettingValue<Name>;
}

/** Stores a setting's value. Privilege and audit are the caller's. */
export async function storeSetting<Name extends SettingName>(
  ctx: Context,
  name: Name,
  value: SettingValue<Name>,
): Promise<void> {
  await upsertSetting(ctx.db, name, definitions[name].schema.parse(value), ctx.clock.now());
}
