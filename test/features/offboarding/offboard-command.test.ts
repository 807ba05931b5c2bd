import { tendApprovals } from '../../../src/features/approvals/approval-cards.service';
import { runOffboardings } from '../../../src/features/offboarding/run-offboardings.service';
import { day } from '../../../src/lib/duration';
import { deliverDue } from '../../../src/platform/mail/dispatcher';
import type { MessageView } from '../../../src/workspace/protocol';
import { insertAdmin, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import { insertRun } from '../../support/work-builders';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database, { settings: { TIME_ZONE: 'Europe/Berlin' } });
    usher.clock.set('2026-11-21T10:00:00.000Z');
    await database.db('test_runs').del();
    const { id } = await insertUser(database.db, { email: 'lea@x.example', first_name: 'Lea', last_name: 'Ver' });
    await insertRun(database.db, { assigneeId: id });
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const line = '/users offboard lea@x.example on:2026-12-01 18:00 replacement:ben@example.com';
  const run = () => runOffboardings(usher.ctx, new AbortController().signal);
  const deliver = () => deliverDue(usher.ctx, { signal: new AbortController().signal });
  const isThere = async () => (await database.db('users').where({ email: 'lea@x.example' }).first()) !== undefined;

  test('a deletion is planned in the site’s time zone, listed, and shown on the Home', async () => {
    const ada = usher.as('ada');
    const planned = await ada.ask('#general', line);
    expect(textOf(planned)).toContain('Lea Ver (lea@x.example) will be deleted on Tuesday, 1 December 2026 at 18:00');
    expect(textOf(planned)).toContain('1 test run below 100 % goes to Ben Okri (ben@example.com).');
    const { due_at } = await database.db('offboardings').first();
    expect(new Date(due_at).toISOString()).toBe('2026-12-01T17:00:00.000Z');
    const listed = textOf(await ada.ask('#general', '/users offboard'));
    expect(listed).toContain('1 planned deletion');
    expect(listed).toContain('ben@example.com takes over · planned by ada@example.com');
    const home = await ada.home('Planned deletions: 1');
    await ada.click(home, 'show-offboardings');
    await ada.modal('lea@x.example');
  });

  test('date and time may stand in quotes, and a day alone means 18:00', async () => {
    const ada = usher.as('ada');
    for (const on of ['on:"2026-12-02 9:30"', 'on:2026-12-02', 'on:2026-12-02T07:15'])
      await ada.ask('#general', `/users offboard lea@x.example ${on} replacement:@ben`);
    const rows = await database
      .db('audit_events')
      .whereIn('action', ['user.offboarding_planned', 'user.offboarding_changed'])
      .orderBy('id');
    expect(rows.map(({ after }) => (JSON.parse(after) as { on: string }).on)).toEqual([
      'Wednesday, 2 December 2026 at 09:30 (Europe/Berlin time)',
      'Wednesday, 2 December 2026 at 18:00 (Europe/Berlin time)',
      'Wednesday, 2 December 2026 at 07:15 (Europe/Berlin time)',
    ]);
  });

  test('a moment that is none is refused with what to write instead, and nothing is planned', async () => {
    const ada = usher.as('ada');
    for (const [typed, reason] of [
      ['lea@x.example replacement:ben@example.com', 'When? Write on:2026-12-01 18:00'],
      ['lea@x.example on:tomorrow', '“tomorrow” is no date and time'],
      ['lea@x.example on:2026-02-30', 'There is no such day or time as 2026-02-30'],
      ['lea@x.example on:2026-11-21 10:30', 'has passed already'],
      ['lea@x.example on:2029-01-01', 'at most a year ahead'],
      ['lea@x.example on:2027-03-28 02:30', 'does not exist in Europe/Berlin: the clocks go forward'],
      ['on:2026-12-01', 'Whom? Usage: /users offboard EMAIL on:2026-12-01 18:00 replacement:EMAIL confirm:EMAIL'],
      ['lea@x.example ben@example.com on:2026-12-01', 'Plan for one person at a time'],
      ['lea@x.example on:2026-12-01', 'lea@x.example has open work'],
      ['lea@x.example on:2026-12-01 replacement:lea@x.example', 'Nobody can be their own replacement'],
      ['lea@x.example on:2026-12-01 replacement:who@x.example', 'Nobody here has the address who@x.example'],
      ['lea@x.example off:maybe', 'To call it off, write off:yes'],
      ['lea@x.example off:yes', 'No deletion is planned for lea@x.example'],
    ] as const) {
      expect(textOf(await ada.ask('#general', `/users offboard ${typed}`))).toContain(reason);
    }
    expect(await database.db('offboardings')).toEqual([]);
  });

  test('the reminder the day before has a button that calls it off', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', line);
    usher.clock.advance(9 * day + day / 2);
    expect(await run()).toMatchObject({ reminded: 1 });
    await deliver();
    const [reminder] = ada.messages('#admins').slice(-1);
    if (!reminder) throw new Error('no reminder came');
    expect(textOf(reminder)).toContain('planned by ada@example.com');
    expect(textOf(reminder)).toContain('1 test run below 100 % goes to Ben Okri');
    expect(textOf(ada.messages('@usher').at(-1) as never)).toContain('lea@x.example will be deleted on Tuesday');
    await ada.click(reminder, 'Call off');
    await ada.waitForMessage('Called off: lea@x.example stays.');
    usher.clock.advance(2 * day);
    expect(await run()).toEqual({ reminded: 0, done: 0, failed: 0 });
    expect(await isThere()).toBe(true);
  });

  test('it can be called off by command and from the list', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', line);
    expect(textOf(await ada.ask('#general', '/users offboard lea@x.example off:yes'))).toContain('Called off');
    await ada.ask('#general', line);
    const listed = await ada.ask('#general', '/users offboard');
    await ada.click(listed, 'Call off');
    expect(textOf(await ada.waitForMessage('No deletion is planned'))).toContain('Called off: lea@x.example stays.');
    usher.clock.advance(11 * day);
    await run();
    expect(await isThere()).toBe(true);
  });

  test('calling off from an old list says that it is too late, above the list as it is now', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', line);
    const listed = await ada.ask('#general', '/users offboard');
    usher.clock.advance(11 * day);
    expect(await run()).toMatchObject({ done: 1 });
    await ada.click(listed, 'Call off');
    expect(textOf(await ada.waitForMessage('No deletion is planned'))).toContain(
      'Too late: lea@x.example was deleted as planned.',
    );
  });

  test('more planned deletions than a list shows are counted in its title and on the Home', async () => {
    const { db } = database;
    const ada = usher.as('ada');
    const people = [];
    for (let number = 0; number < 32; number += 1) people.push(await insertUser(db, { email: `p${number}@x.example` }));
    await db('offboardings').insert(
      people.map(({ id, email }) => ({
        user_id: id,
        user_email: email,
        due_at: new Date('2026-12-01T17:00:00.000Z'),
        state: 'planned',
        live_key: String(id),
        requested_by_label: 'ada@example.com',
        created_at: usher.clock.now(),
      })),
    );
    const listed = textOf(await ada.ask('#general', '/users offboard'));
    expect(listed).toContain('32 planned deletions');
    expect(listed).toContain('… and 2 more.');
    await ada.home('Planned deletions: 32');
    await ada.home('… and 27 more.');
  });

  /** Ada has planned one and asks for another; Hedy, a second admin, gets the card. */
  const planSecond = async () => {
    await insertUser(database.db, { email: 'max@x.example' });
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    const ada = usher.as('ada');
    await ada.ask('#general', line);
    const asked = await ada.ask('#general', '/users offboard max@x.example on:2026-12-02');
    const card = await usher.as('hedy').waitForMessage(/Plan the deletion of max@x\.example for [\s\S]*\[Approve\]/);
    return { asked, card };
  };
  const states = async () => {
    const rows = (await database.db('offboardings').orderBy('id')) as { user_email: string; state: string }[];
    return Object.fromEntries(rows.map(({ user_email, state }) => [user_email, state]));
  };
  const closed = async (card: MessageView, words: string) => {
    const now = await usher.as('hedy').waitForMessage((shown) => shown.ts === card.ts && textOf(shown).includes(words));
    expect(textOf(now)).not.toContain('[Approve]');
  };
  const told = async (words: string) => {
    await deliver();
    return textOf(await usher.as('ada').waitForMessage((shown) => textOf(shown).includes(words) && !shown.ephemeral));
  };

  test('a second planned deletion by the same admin waits for a second admin, and runs once they agreed on the card', async () => {
    const { asked, card } = await planSecond();
    expect(textOf(asked)).toContain('A second admin was asked');
    expect(await states()).toEqual({ 'lea@x.example': 'planned', 'max@x.example': 'asked' });
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/users offboard'))).toContain('waits for a second admin');
    expect(textOf(await ada.ask('#general', '/users offboard max@x.example on:2026-12-03'))).toContain(
      'waits for a second admin. Call it off',
    );
    await run();
    expect(await states()).toMatchObject({ 'max@x.example': 'asked' });
    expect(textOf(card)).toContain('There is no open work to hand over.');
    await usher.as('hedy').click(card, 'Approve');
    await closed(card, 'hedy@example.com approved it, and it was carried out.');
    expect(await states()).toMatchObject({ 'max@x.example': 'planned' });
    expect(await told('You asked: Plan the deletion of max@x.example')).toContain(
      'max@x.example will be deleted on Wednesday, 2 December 2026 at 18:00',
    );
    const [planned] = await database.db('audit_events').where({ subject_label: 'max@x.example' }).orderBy('id', 'desc');
    expect(planned).toMatchObject({ action: 'user.offboarding_planned', actor_label: 'ada@example.com' });
    usher.clock.advance(13 * day);
    expect(await run()).toMatchObject({ done: 2 });
  });

  test('a planned deletion whose moment passes without a second admin never runs, and its card says so', async () => {
    await insertUser(database.db, { email: 'tim@x.example' });
    const { card } = await planSecond();
    await usher.as('ada').ask('#general', '/users offboard tim@x.example on:2026-11-21 20:00');
    const soon = await usher.as('hedy').waitForMessage('Plan the deletion of tim@x.example');
    usher.clock.advance(day / 2);
    expect(await run()).toMatchObject({ done: 0 });
    await closed(soon, 'It was called off. Its moment passed before a second admin approved it. Nothing was changed.');
    expect(await states()).toMatchObject({ 'max@x.example': 'asked', 'tim@x.example': 'called_off' });
    expect(await told('You asked: Plan the deletion of tim@x.example')).toContain('It was called off.');
    usher.clock.advance(13 * day);
    await usher.as('hedy').click(card, 'Approve');
    await closed(card, 'so it expired');
    expect(await run()).toMatchObject({ done: 1 });
    expect(await states()).toMatchObject({ 'lea@x.example': 'done', 'max@x.example': 'called_off' });
    expect(await database.db('users').where({ email: 'max@x.example' })).toHaveLength(1);
  });

  test('calling an asked deletion off closes its card, also by another admin, of which who asked is told', async () => {
    const { asked, card } = await planSecond();
    await usher.as('ada').click(asked, 'Call off');
    await usher.as('ada').waitForMessage('Called off: max@x.example stays.');
    await closed(card, 'ada@example.com called it off. Nothing was changed.');
    expect(await states()).toMatchObject({ 'max@x.example': 'called_off' });
    await usher.as('ada').ask('#general', '/users offboard max@x.example on:2026-12-02');
    const again = await usher
      .as('hedy')
      .waitForMessage((shown) => shown.ts !== card.ts && textOf(shown).includes('Plan the deletion of max@x.example'));
    await usher.as('hedy').ask('#general', '/users offboard max@x.example off:yes');
    await closed(again, 'hedy@example.com called it off. Nothing was changed.');
    expect(await told('You asked: Plan the deletion of max@x.example')).toContain('hedy@example.com called it off');
    expect(await database.db('approvals').pluck('state')).toEqual(['called_off', 'called_off']);
  });

  test('a deletion that a second admin refused is not planned any more, and can be asked for anew', async () => {
    const { card } = await planSecond();
    const hedy = usher.as('hedy');
    await hedy.click(card, 'Refuse…');
    await hedy.modal('Why?');
    await hedy.fill({ 'Why?': 'Max stays' });
    await hedy.submit();
    await closed(card, 'hedy@example.com refused it: Max stays');
    await run();
    expect(await states()).toEqual({ 'lea@x.example': 'planned', 'max@x.example': 'called_off' });
    const anew = await usher.as('ada').ask('#general', '/users offboard max@x.example on:2026-12-03');
    expect(textOf(anew)).toContain('A second admin was asked');
  });

  test('an approval that is carried out late plans nothing that was called off meanwhile', async () => {
    const { card } = await planSecond();
    // The process died between the click and its work.
    const given = { state: 'approved', decider_label: 'hedy@example.com', decided_at: usher.clock.now() };
    await database.db('approvals').update(given);
    await usher.as('ada').ask('#general', '/users offboard max@x.example off:yes');
    usher.clock.advance(day / 2);
    expect(await tendApprovals(usher.ctx, new AbortController().signal)).toMatchObject({ resumed: 1 });
    await closed(card, 'could not be carried out: The deletion of max@x.example was called off meanwhile.');
    expect(await states()).toMatchObject({ 'max@x.example': 'called_off' });
  });

  test('what an admin asked for who is none any more is not planned', async () => {
    const { card } = await planSecond();
    await database.db('users').where({ email: 'ada@example.com' }).update({ is_admin: false });
    await usher.as('hedy').click(card, 'Approve');
    await closed(card, 'ada@example.com is no active admin any more');
    await run();
    expect(await states()).toMatchObject({ 'max@x.example': 'called_off' });
  });

  test('a site with one admin plans one deletion at a time', async () => {
    const { db } = database;
    await insertUser(db, { email: 'max@x.example' });
    await db('users').whereNot({ email: 'ada@example.com' }).update({ is_admin: false });
    const ada = usher.as('ada');
    await ada.ask('#general', line);
    expect(textOf(await ada.ask('#general', '/users offboard max@x.example on:2026-12-02'))).toContain(
      'A site with one admin plans one at a time',
    );
    expect(await states()).toEqual({ 'lea@x.example': 'planned' });
  });

  test('where more than 50 things would move, planning asks for the address once more', async () => {
    const { db } = database;
    const lea = await db('users').where({ email: 'lea@x.example' }).first();
    for (let number = 0; number < 50; number += 1) await insertRun(db, { assigneeId: Number(lea.id) });
    const ada = usher.as('ada');
    for (const typed of ['', ' confirm:ben@example.com'])
      expect(textOf(await ada.ask('#general', `${line}${typed}`))).toContain('write confirm:lea@x.example as well');
    expect(await db('offboardings')).toEqual([]);
    expect(textOf(await ada.ask('#general', `${line} confirm:lea@x.example`))).toContain('will be deleted on');
  });

  test('the admins hear how it ended: done, or not and why', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', line);
    usher.clock.advance(11 * day);
    await database.db('users').where({ email: 'ben@example.com' }).update({ status: 'disabled' });
    expect(await run()).toMatchObject({ failed: 1 });
    await deliver();
    expect(textOf(ada.messages('#admins').at(-1) as never)).toContain(
      'lea@x.example was not deleted as ada@example.com had planned: ben@example.com is disabled',
    );
    expect(textOf(await ada.ask('#general', '/users offboard'))).toContain('Not done');
    await database.db('users').where({ email: 'ben@example.com' }).update({ status: 'active' });
    await ada.ask('#general', line.replace('2026-12-01', '2026-12-05'));
    usher.clock.advance(11 * day);
    expect(await run()).toMatchObject({ done: 1 });
    await deliver();
    expect(textOf(ada.messages('#admins').at(-1) as never)).toContain(
      'lea@x.example was deleted, as ada@example.com had planned. 1 test run and 0 run cases went to ben@example.com',
    );
    expect(await isThere()).toBe(false);
  });
});
