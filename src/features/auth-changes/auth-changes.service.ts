import type { TxContext } from '../../platform/context';
import { enqueue } from '../../platform/mail/outbox';
import { voidLinks } from '../credentials/links.service';
import { sendResetLinks } from '../resets/resets.service';
import type { SentReset } from '../resets/resets.types';
import { endSessionsOf } from '../sessions/sessions.service';
import type { AuthSystem, User, UserStatus } from '../users/users.types';

/** Somebody whose auth system was just changed. */
export interface SwitchedUser {
  /** As they were before. */
  readonly user: User;
  readonly authSystem: AuthSystem;
  readonly status: UserStatus;
}

/** Active, and without anything to sign in by until a link lets them choose a password. */
export function lacksPassword({ user, authSystem, status }: SwitchedUser): boolean {
  return authSystem === 'internal' && status === 'active' && !user.hasPassword;
}

/**
 * What follows from a change of auth system, whoever made it: all their sessions end, because what they were opened by
 * does not count any more, and each who is active gets one mail: how to sign in now, or, without a password, the link to
 * choose one. An open link to choose a password is void for whoever has none any more. API tokens stay. The change itself and its audit are the caller's.
 * @param resetLinks `later`: whoever lacks a password gets no mail now, because an admin decides about the links next
 */
export async function followSwitches(
  tx: TxContext,
  switched: readonly SwitchedUser[],
  operationId: number,
  resetLinks: 'now' | 'later' = 'now',
): Promise<{ readonly sessionsEnded: number; readonly resets: readonly SentReset[] }> {
  if (switched.length === 0) return { sessionsEnded: 0, resets: [] };
  const sessionsEnded = await endSessionsOf(
    tx,
    switched.map(({ user }) => user.id),
    'auth_changed',
  );
  const external = switched.filter(({ authSystem }) => authSystem !== 'internal').map(({ user }) => user.id);
  await voidLinks(tx, external, 'replaced', 'reset');
  const active = switched.filter(({ status }) => status === 'active');
  await enqueue(
    tx,
    active
      .filter((person) => !lacksPassword(person))
      .map(({ user, authSystem }) => ({
        kind: 'mail' as const,
        template: 'auth-changed',
        recipient: user.email,
        payload: { userId: user.id, authSystem },
        dedupKey: `auth-changed:${operationId}:${user.id}`,
      })),
  );
  const without = resetLinks === 'now' ? active.filter(lacksPassword).map(({ user }) => user) : [];
  return { sessionsEnded, resets: without.length === 0 ? [] : await sendResetLinks(tx, without) };
}
