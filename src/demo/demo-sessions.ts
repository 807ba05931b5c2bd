import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { addTime, day, hour, minute } from '../lib/duration';
import { rowsPerStatement } from '../platform/db/dialect';
import { createDice, type Dice } from './dice';
import type { SeededPerson } from './seeded-site';

const browsers = ['Firefox on Windows', 'Chrome on macOS', 'Safari on iPhone', 'Edge on Windows', 'Chrome on Android'];
const tokenNames = ['Nightly build', 'CI pipeline', 'Test report export', 'Monitoring', 'Jira bridge'] as const;

/** The hash of a token that nobody has ever seen: what stands in the source of a program is no secret. */
const hashOfNothingKnown = () => createHash('sha256').update(randomBytes(32)).digest('hex');

interface SessionTimes {
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

/** Signed-in clients, sessions that ended, and a few API tokens. Nobody has more than three open web sessions. */
export async function addSessions(db: Knex.Transaction, people: readonly SeededPerson[], now: Date): Promise<void> {
  const dice = createDice(23);
  const sessions = people.flatMap((person) => sessionsOf(person, dice, now));
  await db.batchInsert('sessions', sessions, rowsPerStatement(db));
  const builders = people.filter(({ access, status }) => status === 'active' && 'Zephyr API' in access);
  await db('api_tokens').insert(
    tokenNames.flatMap((name, index) => {
      const owner = builders[index];
      if (owner?.activatedAt == null) return [];
      const isRevoked = index === 3;
      return [
        {
          user_id: owner.id,
          name,
          token_hash: hashOfNothingKnown(),
          created_at: addTime(owner.activatedAt, dice.between(1, 9) * day),
          last_used_at: addTime(now, -(isRevoked ? 12 * day : dice.between(1, 40) * hour)),
          revoked_at: isRevoked ? addTime(now, -11 * day) : null,
          revoked_reason: isRevoked ? 'password_reset' : null,
        },
      ];
    }),
  );
}

function sessionsOf(person: SeededPerson, dice: Dice, now: Date) {
  const { id, lastLoginAt, disabledAt } = person;
  if (lastLoginAt === null) return [];
  const client = dice.below(browsers.length);
  const row = (kind: 'web' | 'api' | 'explorer', name: string, number: number, times: SessionTimes) => ({
    user_id: id,
    kind,
    client_id: `demo-${id}-${kind}-${number}`,
    client_name: name,
    ip: dice.below(5) === 0 ? `2001:db8::${dice.between(16, 4095).toString(16)}` : `192.0.2.${dice.between(1, 254)}`,
    started_at: times.startedAt,
    last_seen_at: times.lastSeenAt,
    ended_at: times.endedAt,
    end_reason: times.endReason,
  });
  const open = (startedAt: Date): SessionTimes => ({
    startedAt,
    lastSeenAt: addTime(startedAt, dice.below(now.getTime() - startedAt.getTime())),
    endedAt: null,
    endReason: null,
  });
  const ended = (startedAt: Date, reason: string, endedAt: Date): SessionTimes => ({
    startedAt,
    lastSeenAt: addTime(startedAt, dice.below(Math.max(1, endedAt.getTime() - startedAt.getTime()))),
    endedAt,
    endReason: reason,
  });
  const browser = (number: number) => browsers[(client + number) % browsers.length] ?? '';

  if (disabledAt !== null) return [row('web', browser(0), 1, ended(lastLoginAt, 'disabled', disabledAt))];
  const rows = [row('web', browser(0), 1, open(lastLoginAt))];
  // The first has as many as one may have: a further sign-in has to choose one to end.
  const more = person.isAdmin ? 2 : dice.below(3);
  for (let number = 2; number < 2 + more; number += 1) {
    const startedAt = addTime(lastLoginAt, -dice.between(1, 60) * hour);
    rows.push(row('web', browser(number), number, open(startedAt)));
  }
  if (dice.below(3) === 0) {
    const startedAt = addTime(lastLoginAt, -dice.between(5, 20) * day);
    const reason = dice.pick(['idle', 'admin', 'password_changed']);
    rows.push(row('web', browser(4), 9, ended(startedAt, reason, addTime(startedAt, dice.between(20, 600) * minute))));
  }
  if ('Zephyr API' in person.access) rows.push(row('api', 'usher-client/2.4', 1, open(addTime(lastLoginAt, -day))));
  if (dice.below(6) === 0) rows.push(row('explorer', 'API explorer', 1, open(lastLoginAt)));
  return rows;
}
