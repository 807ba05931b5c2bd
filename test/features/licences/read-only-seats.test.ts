import fc from 'fast-check';
import { licenceCard } from '../../../src/features/directory/directory.service';
import { licenceOverview } from '../../../src/features/licences/manage-licence.service';
import {
  actorFor,
  insertAdmin,
  insertMembership,
  insertProject,
  insertUser,
  profileId,
  setSeats,
} from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

const profiles = ['Project Manager', 'Tester', 'Read Only'] as const;

/** A person with what they hold in each of three projects; null where they are no member. */
const person = fc.record({
  status: fc.constantFrom('invited' as const, 'active' as const, 'disabled' as const),
  isAdmin: fc.boolean(),
  // Read Only comes often, or hardly anybody would hold it everywhere.
  holds: fc.array(fc.constantFrom(...profiles, 'Read Only' as const, 'Read Only' as const, null), {
    minLength: 3,
    maxLength: 3,
  }),
});
type Person = typeof person extends fc.Arbitrary<infer Made> ? Made : never;

/** The rule in words: a seat, no admin, a member somewhere, and nothing but Read Only. */
const isReadOnlySeat = ({ status, isAdmin, holds }: Person) => {
  const held = holds.filter((name) => name !== null);
  return status !== 'disabled' && !isAdmin && held.length > 0 && held.every((name) => name === 'Read Only');
};

forEachDatabase((database) => {
  test('R42 a read-only seat is one whose holder has Read Only in all their projects, whoever else there is', async () => {
    const { db } = database;
    const admin = await insertAdmin(db);
    const ctx = testContext(database, { actor: actorFor(admin) });
    await setSeats(db, 50);
    const projectIds: number[] = [];
    for (let count = 0; count < 3; count += 1) projectIds.push((await insertProject(db)).id);
    const ids = new Map<string, number>();
    for (const name of profiles) ids.set(name, await profileId(db, name));

    await fc.assert(
      fc
        .asyncProperty(fc.array(person, { maxLength: 6 }), async (people) => {
          const expected: string[] = [];
          for (const made of people) {
            const user = await insertUser(db, { status: made.status, is_admin: made.isAdmin });
            for (const [index, projectId] of projectIds.entries()) {
              const held = made.holds[index];
              if (held == null) continue;
              await insertMembership(db, { userId: user.id, projectId, profileId: ids.get(held) ?? 0 });
            }
            if (isReadOnlySeat(made)) expected.push(user.email);
          }
          const overview = await licenceOverview(ctx);
          expect(overview.readOnly).toBe(expected.length);
          expect(overview.readOnlyHolders.map(({ email }) => email).sort()).toEqual(expected.sort());
          expect(await licenceCard(ctx)).toMatchObject({
            readOnly: expected.length,
            seats: { used: 1 + people.filter(({ status }) => status !== 'disabled').length },
          });
        })
        .afterEach(async () => {
          await db('users').whereNot({ id: admin.id }).del();
        }),
      { numRuns: 25 },
    );
  }, 30_000);

  test('R45 without a profile that only reads there is no read-only seat', async () => {
    const admin = await insertAdmin(database.db);
    const ctx = testContext(database, { actor: actorFor(admin) });
    const user = await insertUser(database.db);
    const { id: projectId } = await insertProject(database.db);
    await insertMembership(database.db, {
      userId: user.id,
      projectId,
      profileId: await profileId(database.db, 'Read Only'),
    });
    expect((await licenceCard(ctx)).readOnly).toBe(1);
    await database.db('profiles').update({ is_read_only: false });
    expect((await licenceCard(ctx)).readOnly).toBe(0);
  });
});
