import { activateUsers, disableUsers, inviteUsers } from '../../../src/features/invites/invites.service';
import { actorFor, insertAdmin, insertUser, setSeats } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

forEachDatabase((database) => {
  const replicas = async (seats: number, many: number) => {
    const admin = await insertAdmin(database.db);
    await setSeats(database.db, seats);
    const ctx = testContext(database, { actor: actorFor(admin) });
    // SQLite has one writer; several connections would only wait for one another.
    return Array.from({ length: many }, () =>
      database.dialect === 'MariaDB' ? { ...ctx, db: database.connect({ connections: 5 }) } : ctx,
    );
  };
  const invite = (ctx: Parameters<typeof inviteUsers>[0], ...emails: string[]) =>
    inviteUsers(ctx, {
      recipients: emails.map((email) => ({ email, firstName: '', lastName: '' })),
      profileId: null,
      groupIds: [],
      projectIds: [],
      idempotencyKey: null,
    });
  const taken = async () =>
    Number((await database.db('users').whereIn('status', ['invited', 'active']).count({ total: '*' }).first())?.total);

  test('2 × 50 invitations that race for fifty seats fill them exactly', async () => {
    const contexts = await replicas(51, 2);
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        invite(contexts[index % 2] as (typeof contexts)[number], `p${index}@x.example`),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(await taken()).toBe(51);
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { kind?: string }).kind] : [],
    );
    expect(new Set(reasons)).toEqual(new Set(['seats_exhausted']));
  });

  test('an invitation and an activation that race for the last seat do not both get it', async () => {
    const [one, two] = await replicas(2, 2);
    const gone = await insertUser(database.db, { status: 'disabled', password_hash: 'x' });
    if (!one || !two) throw new Error('no replicas');
    const results = await Promise.allSettled([invite(one, 'new@x.example'), activateUsers(two, [gone.id], null)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await taken()).toBe(2);
  });

  const rounds = database.dialect === 'MariaDB' ? 50 : 10;

  test(`2 × ${rounds} admins who disable each other at the same moment leave one active, every time`, async () => {
    const connections = [0, 1].map(() =>
      database.dialect === 'MariaDB' ? database.connect({ connections: 2 }) : database.db,
    );
    for (let round = 0; round < rounds; round += 1) {
      await database.db('users').del();
      const a = await insertAdmin(database.db, { email: `a${round}@x.example` });
      const b = await insertAdmin(database.db, { email: `b${round}@x.example` });
      const contexts = [a, b].map((admin, index) => ({
        ...testContext(database, { actor: actorFor(admin) }),
        db: connections[index] ?? database.db,
      }));
      await Promise.allSettled([
        disableUsers(contexts[0] as (typeof contexts)[number], [b.id], null),
        disableUsers(contexts[1] as (typeof contexts)[number], [a.id], null),
      ]);
      expect(await database.db('users').where({ is_admin: true, status: 'active' })).toHaveLength(1);
    }
  });

  test('a refusal says how many fit', async () => {
    const [ctx] = await replicas(3, 1);
    if (!ctx) throw new Error('no replica');
    await expect(invite(ctx, 'a@x.example', 'b@x.example', 'c@x.example')).rejects.toThrow(
      'That needs 3 seats, and only 2 are free (1 of 3 taken). Nothing was changed. Choose at most 2 people',
    );
    await invite(ctx, 'a@x.example', 'b@x.example');
    await expect(invite(ctx, 'c@x.example')).rejects.toThrow('none is free');
  });

  test('a disabled person holds no seat, and disabling ends sessions, tokens and links at once', async () => {
    const [ctx] = await replicas(5, 1);
    if (!ctx) throw new Error('no replica');
    const { invited } = await invite(ctx, 'a@x.example');
    const id = invited[0]?.user.id ?? 0;
    const at = new Date();
    await database
      .db('sessions')
      .insert({ user_id: id, kind: 'web', client_id: 'c', started_at: at, last_seen_at: at });
    await database.db('api_tokens').insert({ user_id: id, name: 'ci', token_hash: 'b', created_at: at });
    expect((await disableUsers(ctx, [id], null)).sessionsEnded).toBe(1);
    expect(await taken()).toBe(1);
    expect(await database.db('sessions').first()).toMatchObject({ end_reason: 'disabled' });
    expect((await database.db('api_tokens').first()).revoked_at).not.toBeNull();
    expect(await database.db('links').first()).toMatchObject({ state: 'disabled', live_key: null });
  });
});
