import { insertAll, insertWithIds } from '../../../src/platform/db/insert-all';
import { inTransaction } from '../../../src/platform/db/transaction';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

const projects = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `Project ${first + index}`,
    name_key: `project ${first + index}`,
    created_at: new Date(),
    updated_at: new Date(),
  }));

const texts = [
  'plain',
  '',
  'O’Neill and O\'Neill say "hello"',
  `'"'; DROP TABLE user_groups; -- "`,
  'a backslash \\ before a quote \\" and \\\' and at the end "\\',
  '"line\nbreaks\r\n, a tab\t, a zero\0, an end of file\u001a, a $& and a % and a _"',
  JSON.stringify({ text: 'C:\\temp\\"quoted"', lines: ['a\nb', "it's"], '?': '??', ':name': '👩‍💻 Ωß' }),
];

forEachDatabase((database) => {
  const keysById = async (ids: Iterable<number>) =>
    new Map(
      (
        await database
          .db('projects')
          .whereIn('id', [...ids])
          .select('id', 'name_key')
      ).map((row) => [row.name_key, row.id]),
    );

  test('rows that take several statements are inserted and told by their ids, and no row but them', async () => {
    await database.db('projects').insert(projects(5000, 3));
    const rows = projects(1, 1500);
    const ids = await database.db.transaction((tx) => insertWithIds(tx, 'projects', rows, 'name_key'));
    expect([...ids.keys()].sort()).toEqual(rows.map(({ name_key: key }) => key).sort());
    expect(await keysById(ids.values())).toEqual(ids);
  });

  test('callers who insert at the same time are each told their own', async () => {
    const found = await Promise.all(
      [1, 1001, 2001].map((first) => {
        const ctx = testContext(database, { db: database.connect() });
        return inTransaction(ctx, ({ db }) => insertWithIds(db, 'projects', projects(first, 300), 'name_key'));
      }),
    );
    expect(found.map(({ size }) => size)).toEqual([300, 300, 300]);
    for (const ids of found) expect(await keysById(ids.values())).toEqual(ids);
  });

  test('nothing to insert has no ids', async () => {
    expect(await database.db.transaction((tx) => insertWithIds(tx, 'projects', [], 'name_key'))).toEqual(new Map());
  });

  test('texts are written as they are, whatever quotes and backslashes they hold', async () => {
    const now = new Date('2026-10-01T08:00:00.000Z');
    const rows = texts.map((permissions, index) => ({
      name: `"Group" ${index}`,
      name_key: `group ${index}`,
      permissions,
      created_at: now,
      updated_at: now,
    }));
    await database.db.transaction((tx) => insertAll(tx, 'user_groups', rows));
    const groups = database.db('user_groups').whereIn(
      'name',
      rows.map(({ name }) => name),
    );
    expect(await groups.clone().orderBy('name_key').pluck('permissions')).toEqual(texts);
    expect(await groups.count({ total: '*' })).toMatchObject([{ total: texts.length }]);
  });
});
