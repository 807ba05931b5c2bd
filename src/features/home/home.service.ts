import type { Context } from '../../platform/context';
import { type LicenceCard, licenceCard } from '../directory/directory.service';
import { countOpenImports, listOpenImports } from '../imports/imports.service';
import type { ImportProgress } from '../imports/imports.types';
import { type PendingInvites, pendingInvites } from '../invites/reminders.service';
import { activeSessionCount } from '../sessions/sessions.service';

/** What an admin's Home shows, but for the jobs, which the process knows. */
export interface HomeFacts {
  readonly licence: LicenceCard;
  readonly pending: PendingInvites;
  /** Some of those that wait for a decision or run, the newest first. */
  readonly openImports: readonly ImportProgress[];
  readonly openImportsTotal: number;
  readonly sessions: number;
}

/** @throws AppError `not_admin` */
export async function homeFacts(ctx: Context): Promise<HomeFacts> {
  const [licence, pending, openImports, openImportsTotal, sessions] = await Promise.all([
    licenceCard(ctx),
    pendingInvites(ctx),
    listOpenImports(ctx, 5),
    countOpenImports(ctx),
    activeSessionCount(ctx),
  ]);
  return { licence, pending, openImports, openImportsTotal, sessions };
}
