import type { Context } from '../../platform/context';
import { type LicenceCard, licenceCard } from '../directory/directory.service';
import { listImports } from '../imports/imports.service';
import type { ImportProgress } from '../imports/imports.types';
import { type PendingInvites, pendingInvites } from '../invites/reminders.service';
import { activeSessionCount } from '../sessions/sessions.service';

/** What an admin's Home shows, but for the jobs, which the process knows. */
export interface HomeFacts {
  readonly licence: LicenceCard;
  readonly pending: PendingInvites;
  /** Those that wait for a decision or run, the newest first. */
  readonly openImports: readonly ImportProgress[];
  readonly sessions: number;
}

const openStates: ReadonlySet<ImportProgress['state']> = new Set(['preview', 'running', 'reporting']);

/** @throws AppError `not_admin` */
export async function homeFacts(ctx: Context): Promise<HomeFacts> {
  const [licence, pending, imports, sessions] = await Promise.all([
    licenceCard(ctx),
    pendingInvites(ctx),
    listImports(ctx, 30),
    activeSessionCount(ctx),
  ]);
  return { licence, pending, openImports: imports.filter(({ state }) => openStates.has(state)).slice(0, 5), sessions };
}
