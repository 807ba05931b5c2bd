import { expireIdleSessions } from '../../../src/features/sessions/expire-idle.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { setting, storeSetting } from '../../../src/features/settings/settings.service';
import { minute } from '../../../src/lib/duration';
import { forEachDatabase } from '../../support/databases';
import { askedToEnd, signedIn } from '../../support/sessions';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

const idle = 'End web sessions after so many minutes without a request';
const cap = 'Web sessions that one person may have at a time';
const life = 'Days that an activation link works';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const general = '#general';
  const opened = async (command = '/sessions settings') => {
    const ada = usher.as('ada');
    await ada.command(general, command);
    await ada.modal('Save');
    return ada;
  };
  const changes = async () => {
    const lines = await database.db('audit_events').where({ action: 'settings.changed' }).orderBy('id');
    return lines.map(({ before, after }) => [JSON.parse(before), JSON.parse(after)]);
  };
  const ben = async () => (await database.db('users').where({ email: 'ben@example.com' }).first()).id as number;

  test('R86: an admin switches on that sessions end after N idle minutes, and off again; it is off unless set', async () => {
    const { token } = await signedIn(usher.ctx, await ben(), 'browser');
    usher.clock.advance(60 * minute);
    expect(await expireIdleSessions(usher.ctx, new AbortController().signal)).toEqual({ ended: 0 });
    expect(await readSession(usher.ctx, token)).toMatchObject({ state: 'active' });
    const ada = await opened();
    await ada.fill({ [idle]: '30' });
    await ada.submit();
    await ada.modal('Idle web sessions  end after 30 minutes without a request');
    usher.clock.advance(31 * minute);
    expect(await readSession(usher.ctx, token)).toEqual({ state: 'ended', reason: 'idle' });
    expect(await changes()).toEqual([[{ idleMinutes: 'off' }, { idleMinutes: 30 }]]);
    const later = await signedIn(usher.ctx, await ben(), 'browser');
    await ada.closeModal();
    await opened();
    await ada.fill({ [idle]: null });
    await ada.submit();
    await ada.modal('Idle web sessions  stay');
    usher.clock.advance(600 * minute);
    expect(await readSession(usher.ctx, later.token)).toMatchObject({ state: 'active' });
  });

  test('R87: the idle setting takes effect on Save only', async () => {
    const ada = await opened();
    await ada.fill({ [idle]: '5' });
    expect(await setting(usher.ctx, 'sessions.idle_minutes')).toBeNull();
    await ada.closeModal();
    expect(await setting(usher.ctx, 'sessions.idle_minutes')).toBeNull();
    expect(await changes()).toEqual([]);
    await opened();
    await ada.fill({ [idle]: '5' });
    await ada.submit();
    await ada.modal('Saved.');
    expect(await setting(usher.ctx, 'sessions.idle_minutes')).toBe(5);
  });

  test('the cap counts from the next sign-in on; nobody is signed out by it', async () => {
    const tokens = [];
    for (const client of ['one', 'two']) tokens.push((await signedIn(usher.ctx, await ben(), client)).token);
    const ada = await opened();
    await ada.fill({ [cap]: '1' });
    await ada.submit();
    await ada.modal('Web sessions per person  1 at most');
    for (const token of tokens) expect(await readSession(usher.ctx, token)).toMatchObject({ state: 'active' });
    expect((await askedToEnd(usher.ctx, await ben(), 'three')).sessions).toHaveLength(2);
    expect(await changes()).toEqual([[{ webSessionsPerUser: 3 }, { webSessionsPerUser: 1 }]]);
  });

  test.each([
    [idle, '0'],
    [idle, '10081'],
    [cap, '0'],
    [cap, '21'],
    [cap, ''],
  ])('“%s” does not take “%s”', async (label, value) => {
    const ada = await opened();
    await ada.fill({ [label]: value });
    const { errors } = await ada.submit();
    expect(Object.values(errors)).toHaveLength(1);
    expect(await changes()).toEqual([]);
  });

  test('somebody who changed it meanwhile is not overwritten unseen, and saving once more does it', async () => {
    const ada = await opened();
    await ada.fill({ [idle]: '30' });
    await storeSetting(usher.ctx, 'sessions.cap', 7);
    await ada.submit();
    const again = textOf(await ada.modal('Somebody saved this while your form was open'));
    expect(again).toContain('Web sessions per person: 7 at most');
    expect(await setting(usher.ctx, 'sessions.idle_minutes')).toBeNull();
    await ada.submit();
    await ada.modal('Saved.');
    expect(await setting(usher.ctx, 'sessions.idle_minutes')).toBe(30);
    expect(await setting(usher.ctx, 'sessions.cap')).toBe(3);
  });

  test('what was so already is not written', async () => {
    const ada = await opened();
    await ada.submit();
    await ada.modal('It was so already.');
    expect(await changes()).toEqual([]);
  });

  test('all settings of the site are in one form, each with its range, and the trail tells what changed', async () => {
    const ada = await opened('/usher settings');
    expect(textOf(await ada.modal())).toContain('1 to 90.');
    await ada.fill({ [life]: '14', Reminders: [], [cap]: '5' });
    await ada.submit();
    await ada.modal('Reminders  off');
    expect(await setting(usher.ctx, 'invites.life_days')).toBe(14);
    expect(await setting(usher.ctx, 'invites.reminders')).toBe(false);
    expect(await changes()).toEqual([
      [
        { daysOfInvitations: 7, reminders: true, webSessionsPerUser: 3 },
        { daysOfInvitations: 14, reminders: false, webSessionsPerUser: 5 },
      ],
    ]);
    await ada.closeModal();
    const trail = textOf(await ada.ask(general, '/usher audit what:settings'));
    expect(trail).toContain('changed the settings of the site');
    expect(trail).toContain('Web sessions per user: 3 → 5');
  });

  test('only an admin opens the form, and who lost the privilege meanwhile saves nothing', async () => {
    const benOkri = usher.as('ben');
    await benOkri.command(general, '/sessions settings');
    await benOkri.modal('Only an active admin');
    const ada = await opened();
    await ada.fill({ [idle]: '5' });
    await database.db('users').where({ email: 'ada@example.com' }).update({ is_admin: false });
    await ada.submit();
    await ada.modal('Only an active admin');
    expect(await setting(usher.ctx, 'sessions.idle_minutes')).toBeNull();
  });
});
