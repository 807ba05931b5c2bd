import { archiveProfile } from '../../../src/features/access/archive-profile.service';
import { showProfile } from '../../../src/features/access/profiles.service';
import { inviteUsers } from '../../../src/features/invites/invites.service';
import { actorFor, insertAdmin, insertProject, profileId, setSeats } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { outboxRows } from '../../support/outbox';

forEachDatabase((database) => {
  const replicas = async (seats: number) => {
    const admin = await insertAdmin(database.db);
    await setSeats(database.db, seats);
    const ctx = testContext(database, { actor: actorFor(admin) });
    return Array.from({ length: 4 }, () =>
      database.dialect === 'MariaDB' ? { ...ctx, db: database.connect({ connections: 5 }) } : ctx,
    );
  };

  test('invitations that race with the archiving of their profile leave nobody with an archived one', async () => {
    const contexts = await replicas(100);
    const [ctx] = contexts;
    if (!ctx) throw new Error('no context');
    const [tester, manager] = [await profileId(database.db, 'Tester'), await profileId(database.db, 'Project Manager')];
    const project = await insertProject(database.db);
    const invite = (index: number) =>
      inviteUsers(contexts[index % 4] ?? ctx, {
        recipients: [{ email: `p${index}@x.example`, firstName: '', lastName: '' }],
        profileId: tester,
        groupIds: [],
        projectIds: [project.id],
        idempotencyKey: null,
      });
    const archive = async () => {
      for (let round = 0; round < 50; round += 1) {
        const { profile } = await showProfile(ctx, tester);
        const { version, holders } = profile;
        const seen = { id: tester, version, holders, replacementId: manager };
        if ((await archiveProfile(ctx, seen, `archive:${round}`)).kind === 'done') return;
      }
      throw new Error('never archived');
    };
    const invitations = Promise.allSettled(Array.from({ length: 30 }, (_, index) => invite(index)));
    await archive();
    const refused = (await invitations).flatMap((result) => (result.status === 'rejected' ? [result.reason.kind] : []));
    expect(refused.every((kind) => kind === 'conflict' || kind === 'invalid_input')).toBe(true);
    expect(await database.db('memberships').where({ profile_id: tester })).toEqual([]);
    const people = Number((await database.db('users').count({ total: '*' }).first())?.total);
    expect(people).toBe(1 + 30 - refused.length);
  });

  test('of people who are invited at the same moment and fill 90 % of the seats, one causes one warning', async () => {
    const contexts = await replicas(30);
    const results = await Promise.allSettled(
      Array.from({ length: 28 }, (_, index) =>
        inviteUsers(contexts[index % 4] as (typeof contexts)[number], {
          recipients: [{ email: `p${index}@x.example`, firstName: '', lastName: '' }],
          profileId: null,
          groupIds: [],
          projectIds: [],
          idempotencyKey: null,
        }),
      ),
    );
    expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
    const warnings = (await outboxRows(database.db)).filter(({ template }) => template === 'seats-warning');
    expect(warnings.map(({ payload }) => payload)).toEqual([{ used: 27, total: 30 }]);
  });
});
