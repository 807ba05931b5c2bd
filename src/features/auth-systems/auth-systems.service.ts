import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { createLdapDirectory, type LdapCondition } from '../../platform/ldap/ldap-directory';
import { createOidcProvider } from '../../platform/oidc/oidc-provider';
import { setting } from '../settings/settings.service';
import { systemCounts } from '../users/auth-systems.service';
import { requireAdmin } from '../users/users.service';
import type { AuthSystem } from '../users/users.types';
import { type AuthOverview, type ExternalSystem, settingOf } from './auth-systems.types';

export const ssoCallbackPath = '/sign-in/sso/callback';
/** Where people come back to from the provider; it has to know this address. */
export const ssoCallbackUrl = (ctx: Context) => `${ctx.config.publicUrl}${ssoCallbackPath}`;

/** Where a system is, as the operator set it; null: it is not set up. */
export function serverOf(ctx: Context, system: ExternalSystem): string | null {
  return system === 'ldap' ? (ctx.config.ldap?.url ?? null) : (ctx.config.oidc?.issuer ?? null);
}

/** The auth systems of the site, with their people. @throws AppError `not_admin` */
export async function authOverview(ctx: Context): Promise<AuthOverview> {
  await requireAdmin(ctx);
  const counts = await systemCounts(ctx);
  const sum = (system: AuthSystem, onlyActive: boolean) =>
    counts
      .filter(({ authSystem, status }) => authSystem === system && (!onlyActive || status === 'active'))
      .reduce((total, row) => total + row.total, 0);
  const people = (system: AuthSystem) => ({ people: sum(system, false), active: sum(system, true) });
  const usernames = (which: 'ldapNames' | 'ssoNames') => counts.reduce((total, row) => total + row[which], 0);
  return {
    internal: people('internal'),
    ldap: {
      ...people('ldap'),
      isOn: await setting(ctx, 'auth.ldap'),
      server: serverOf(ctx, 'ldap'),
      usernames: usernames('ldapNames'),
    },
    sso: {
      ...people('sso'),
      isOn: await setting(ctx, 'auth.sso'),
      server: serverOf(ctx, 'sso'),
      usernames: usernames('ssoNames'),
    },
  };
}

/** What came of trying a system: as the directory's, and of SSO `answers` or `failed`. */
export type Condition = LdapCondition;

/**
 * Asks the directory or the provider something that signs nobody in. Seconds at most.
 * @throws AppError `not_admin`; `invalid_input` where it is not set up
 */
export async function tryConnection(ctx: Context, system: ExternalSystem): Promise<Condition> {
  await requireAdmin(ctx);
  const { ldap, oidc } = ctx.config;
  if (system === 'ldap' && ldap !== null) return createLdapDirectory(ldap, ctx.log).examine();
  if (system === 'sso' && oidc !== null) {
    // A provider object of its own reads anew what others keep for an hour.
    const { clock, log } = ctx;
    const provider = createOidcProvider(oidc, { callbackUrl: ssoCallbackUrl(ctx), clock, log });
    return (await provider.begin(false)) === null ? 'failed' : 'answers';
  }
  throw invalidInput(notSetUp(system));
}

/** Why a system cannot be used yet, and what to do. */
export function notSetUp(system: ExternalSystem): string {
  const name = system === 'ldap' ? 'LDAP' : 'SSO';
  return `${name} is not set up: ${settingOf[system]} is not set where Usher runs. Ask whoever runs Usher to set it and start Usher again; then switch ${name} on here.`;
}
