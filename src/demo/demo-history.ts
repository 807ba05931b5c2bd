import type { Knex } from 'knex';
import { DateTime } from 'luxon';
import type { AuditAction } from '../features/audit/audit-actions.types';
import { inviteUsers } from '../features/invites/invites.service';
import { expireInvites, remindPendingInvites } from '../features/invites/reminders.service';
import { planOffboarding } from '../features/offboarding/offboarding.service';
import { addTime, day, hour } from '../lib/duration';
import type { TxContext } from '../platform/context';
import { actingAs } from '../platform/context';
import { rowsPerStatement } from '../platform/db/dialect';
import { type DemoPerson, demoLeaving, demoPeople } from './demo-people';
import { type DemoCatalogue, idOf, type SeededPerson } from './seeded-site';

/** Something that happened some hours ago, done by the real service under a clock that is set back. */
interface Event {
  readonly hoursAgo: number;
  run(tx: TxContext): Promise<unknown>;
}

/**
 * How the site came to be what it is: who invited, activated and disabled whom, and the invitations that are pending.
 * Those were sent, called to mind and expired by the services themselves, so that links, mails and the trail are real.
 */
export async function addHistory(
  tx: TxContext,
  people: readonly SeededPerson[],
  catalogue: DemoCatalogue,
): Promise<void> {
  const admins = people.filter(({ isAdmin, status }) => isAdmin === true && status === 'active');
  await tx.db.batchInsert('audit_events', trailOf(people, admins), rowsPerStatement(tx.db));
  await tx.db.batchInsert('invites', endedInvites(people, admins), rowsPerStatement(tx.db));
  const events = [...invitations(admins, catalogue), leaving(tx, people, admins), ...dailyJobs()].sort(
    (a, b) => b.hoursAgo - a.hoursAgo,
  );
  for (const { hoursAgo, run } of events) {
    const at = addTime(tx.clock.now(), -hoursAgo * hour);
    await run({ ...tx, clock: { now: () => at } });
  }
  await arrived(tx.db, addTime(tx.clock.now(), -day));
}

/** What the two jobs have done on each of the last days. */
function dailyJobs(): Event[] {
  const never = new AbortController().signal;
  const job = (tx: TxContext, name: string) => actingAs(tx, { kind: 'system', name });
  return Array.from({ length: 8 }, (_, days) => days * 24).flatMap((hours) => [
    { hoursAgo: hours + 7, run: (tx) => expireInvites(job(tx, 'expire-invites'), never) },
    { hoursAgo: hours + 1, run: (tx) => remindPendingInvites(job(tx, 'remind-pending-invites'), never) },
  ]);
}

/** Somebody leaves on Friday of next week, at the end of the day, and a colleague takes over. */
function leaving(tx: TxContext, people: readonly SeededPerson[], admins: readonly SeededPerson[]): Event {
  const [person, replacement] = [demoLeaving.email, demoLeaving.replacement].map((email) =>
    people.find((one) => one.email === email),
  );
  const [admin] = admins;
  if (!person || !replacement || !admin) throw new Error('somebody of the planned deletion is no demo person');
  const friday = DateTime.fromJSDate(tx.clock.now(), { zone: tx.config.timeZone }).startOf('week').plus({ days: 11 });
  const input = {
    userId: person.id,
    replacementId: replacement.id,
    dueAt: friday.set({ hour: 18 }).toJSDate(),
    typed: person.email,
    idempotencyKey: 'demo-leaving',
  };
  const actor = { kind: 'user', userId: admin.id, email: admin.email, slackId: null } as const;
  return { hoursAgo: 44, run: (then) => planOffboarding(actingAs(then, actor), input) };
}

/** One submission for those who were invited together, by the admins in turn. */
function invitations(admins: readonly SeededPerson[], { profiles, projects, groups }: DemoCatalogue): Event[] {
  const together = new Map<string, DemoPerson[]>();
  for (const person of demoPeople) {
    if (person.invitedHoursAgo === undefined) continue;
    const key = JSON.stringify([person.invitedHoursAgo, person.access, person.group]);
    together.set(key, [...(together.get(key) ?? []), person]);
  }
  return [...together.values()].flatMap((batch, index) => {
    const [first] = batch;
    const admin = admins[index % admins.length];
    if (first?.invitedHoursAgo === undefined || admin === undefined) return [];
    const [profile] = Object.values(first.access);
    const input = {
      recipients: batch.map(({ email, firstName, lastName }) => ({ email, firstName, lastName })),
      profileId: profile === undefined ? null : idOf(profiles, profile),
      projectIds: Object.keys(first.access).map((name) => idOf(projects, name)),
      groupIds: first.group === undefined ? [] : [idOf(groups, first.group)],
      idempotencyKey: null,
    };
    const actor = { kind: 'user', userId: admin.id, email: admin.email, slackId: null } as const;
    return [{ hoursAgo: first.invitedHoursAgo, run: (tx: TxContext) => inviteUsers(actingAs(tx, actor), input) }];
  });
}

/** What was written before `before` has been sent; the rest leaves at the first start, so that there is mail to read. */
async function arrived(db: Knex.Transaction, before: Date): Promise<void> {
  await db('outbox')
    .where('created_at', '<', before)
    .update({ state: 'sent', attempts: 1, run_at: db.ref('created_at'), finished_at: db.ref('created_at') });
}

/** Whoever uses a password was invited once; how that ended. */
function endedInvites(people: readonly SeededPerson[], admins: readonly SeededPerson[]) {
  return people
    .filter((person) => person.ssoUsername === undefined && person !== admins[0])
    .map((person) => ({
      user_id: person.id,
      state: person.activatedAt === null ? 'void' : 'accepted',
      invited_by_user_id: inviterOf(person, admins)?.id ?? null,
      invited_at: person.createdAt,
      sent_at: person.createdAt,
      expires_at: addTime(person.createdAt, 7 * day),
      ended_at: person.activatedAt ?? person.disabledAt,
    }));
}

/** The first admin who was there already; null for the very first, whom the installation made. */
function inviterOf(person: SeededPerson, admins: readonly SeededPerson[]): SeededPerson | null {
  const there = admins.filter((admin) => (admin.activatedAt ?? person.createdAt) < person.createdAt);
  return there[person.id % Math.max(1, there.length)] ?? null;
}

function trailOf(people: readonly SeededPerson[], admins: readonly SeededPerson[]) {
  const line = (at: Date, action: AuditAction, actor: SeededPerson | null, subject: SeededPerson, change: object) => ({
    at,
    action,
    actor_kind: actor === null ? 'system' : 'user',
    actor_user_id: actor?.id ?? null,
    actor_label: actor?.email ?? 'start',
    subject_type: 'user',
    subject_id: subject.id,
    subject_label: subject.email,
    ...change,
  });
  const change = (before: object | null, after: object) => ({
    before: before === null ? null : JSON.stringify(before),
    after: JSON.stringify(after),
  });
  const status = (name: string) => ({ status: name });
  return people
    .flatMap((person) => {
      const { createdAt, activatedAt, disabledAt, email, ssoUsername } = person;
      const inviter = inviterOf(person, admins);
      const invited = change(null, { email, status: 'invited', projects: Object.keys(person.access) });
      const activated = change(status('invited'), { status: 'active', ...(ssoUsername ? { authSystem: 'sso' } : {}) });
      const wasActive = activatedAt === null ? 'invited' : 'active';
      return [
        line(createdAt, 'user.invited', inviter, person, invited),
        // People with an outside account are let in by an admin; the others by their own link.
        ...(activatedAt === null
          ? []
          : [line(activatedAt, 'user.activated', ssoUsername ? inviter : person, person, activated)]),
        ...(disabledAt === null
          ? []
          : [
              line(
                disabledAt,
                'user.disabled',
                admins[0] ?? null,
                person,
                change(status(wasActive), status('disabled')),
              ),
            ]),
      ];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}
