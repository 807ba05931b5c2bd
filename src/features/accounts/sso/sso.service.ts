import { nameKey, oneLine } from '../../../lib/plain-text';
import type { Context } from '../../../platform/context';
import type { Client, StartResult } from '../../sessions/sessions.types';
import { startSession } from '../../sessions/start-session.service';
import { setting } from '../../settings/settings.service';
import { findUsersByExternalName } from '../../users/users.service';
import type { User } from '../../users/users.types';

/**
 * Why somebody whom the provider knows is not signed in. `other_system`: they have an account with this SSO username,
 * and sign in to it by something else. `off`: SSO is switched off for the site.
 */
export type SsoRefusal = { readonly kind: 'unknown' | 'disabled' | 'invited' | 'other_system' | 'off' };

/** Whether the site lets people sign in by SSO, and there is a provider to do it. */
export async function isSsoOffered(ctx: Context): Promise<boolean> {
  return ctx.config.oidc !== null && (await setting(ctx, 'auth.sso'));
}

async function userBySso(ctx: Context, username: string): Promise<User | SsoRefusal> {
  if (!(await setting(ctx, 'auth.sso'))) return { kind: 'off' };
  // Names that differ in what nobody sees are one here, and may be two people's there.
  if (oneLine(username) !== username.normalize('NFC')) return { kind: 'unknown' };
  const [user] = await findUsersByExternalName(ctx, 'sso', [nameKey(username)]);
  if (user === undefined) return { kind: 'unknown' };
  if (user.status !== 'active') return { kind: user.status };
  return user.authSystem === 'sso' ? user : { kind: 'other_system' };
}

/**
 * Starts a web session for the active SSO user with this SSO username (compared without case). Nobody is found by their
 * e-mail, and nobody is made.
 * @param username as the provider told it, of any length
 * @returns what `startSession` says, or why nobody is signed in
 * @throws AppError `database_unavailable`
 */
export async function signInBySso(
  ctx: Context,
  { username, client }: { readonly username: string; readonly client: Client },
): Promise<Exclude<StartResult, { readonly kind: 'refused' }> | SsoRefusal> {
  // Twice at most: where the account was changed meanwhile, the old look at it is void.
  for (let tries = 1; tries <= 2; tries += 1) {
    const found = await userBySso(ctx, username);
    if ('kind' in found) return found;
    const started = await startSession(ctx, {
      userId: found.id,
      kind: 'web',
      client,
      checkedVersion: found.version,
    });
    if (started.kind !== 'refused') return started;
  }
  return { kind: 'unknown' };
}
