import type { Logger } from 'pino';
import type { Config } from '../../config';
import type { LdapConfig } from '../../ldap-config';
import type { OidcConfig } from '../../oidc-config';
import type { Examined } from '../../platform/connection-fault';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { createLdapDirectory, type LdapCondition } from '../../platform/ldap/ldap-directory';
import { createOidcProvider, type OidcCondition } from '../../platform/oidc/oidc-provider';
import { setting } from '../settings/settings.service';
import { systemCounts } from '../users/auth-systems.service';
import { requireAdmin } from '../users/users.service';
import type { AuthSystem } from '../users/users.types';
import { type AuthOverview, type ExternalSystem, settingOf } from './auth-systems.types';

export const ssoCallbackPath = '/sign-in/sso/callback';
/** What knows the site's own address. */
interface SiteAddress {
  readonly config: Pick<Config, 'publicUrl'>;
}

/** Where people come back to from the provider; it has to know this address. */
export const ssoCallbackUrl = ({ config }: SiteAddress) => `${config.publicUrl}${ssoCallbackPath}`;

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

/** What came of trying a system. */
export type Tried =
  | ({ readonly system: 'ldap' } & Examined<LdapCondition>)
  | ({ readonly system: 'sso' } & Examined<OidcCondition>);

/** Asks a directory, in the seconds that its settings give it, something that signs nobody in. */
export async function tryDirectory(config: LdapConfig, log: Logger): Promise<Tried> {
  return { system: 'ldap', ...(await createLdapDirectory(config, log).examine()) };
}

/** Asks a provider, in five seconds, something that signs nobody in. */
export async function tryProvider(
  config: OidcConfig,
  { clock, log, ...site }: Pick<Context, 'clock' | 'log'> & SiteAddress,
): Promise<Tried> {
  const provider = createOidcProvider(config, { callbackUrl: ssoCallbackUrl(site), clock, log });
  return { system: 'sso', ...(await provider.examine()) };
}

/**
 * Asks the directory or the provider something that signs nobody in. Seconds at most.
 * @throws AppError `not_admin`; `invalid_input` where it is not set up
 */
export async function tryConnection(ctx: Context, system: ExternalSystem): Promise<Tried> {
  await requireAdmin(ctx);
  const { ldap, oidc } = ctx.config;
  const tried =
    system === 'ldap' ? ldap && (await tryDirectory(ldap, ctx.log)) : oidc && (await tryProvider(oidc, ctx));
  if (tried === null) throw invalidInput(notSetUp(system));
  const { condition, reason } = tried;
  if (condition !== 'answers') ctx.log.warn({ system, condition, reason }, 'a sign-in system does not answer as set');
  return tried;
}

/** Why a system cannot be used yet, and what to do. */
export function notSetUp(system: ExternalSystem): string {
  const name = system === 'ldap' ? 'LDAP' : 'SSO';
  return `${name} is not set up: ${settingOf[system]} is not set where Usher runs. Ask whoever runs Usher to set it and start Usher again; then switch ${name} on here.`;
}
