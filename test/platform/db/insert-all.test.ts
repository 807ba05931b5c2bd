import { insertAll } from '../../../src/platform/db/insert-all';
import { forEachDatabase } from '../../support/databases';

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
