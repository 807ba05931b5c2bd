import { readSession } from '../../../src/features/sessions/read-session.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { insertAdmin, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher } from '../../support/usher';
import { authScene, ldapUser, openSwitch, sentFile, sheetRows, signIns, systems } from './auth-scene';

const reuse = { 'auth-reuse': ['Use the LDAP usernames as SSO usernames'] };

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await authScene(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('R72: switching SSO on for the site switches LDAP off', async () => {
    const ada = await openSwitch(usher, 'SSO on');
    await ada.modal('LDAP is switched off with it.');
    expect(await systems(usher)).toEqual({ ldap: true, sso: false });
    await ada.submit();
    await ada.modal('SSO is switched on, and LDAP is off.');
    expect(await systems(usher)).toEqual({ ldap: false, sso: true });
  });

  test('R73: switching SSO on clears every LDAP username, of whoever has one, and no SSO username', async () => {
    await ldapUser(database, 'lin');
    await ldapUser(database, 'mo', { status: 'disabled' });
    await insertUser(database.db, { email: 'kit@example.com', ldap_username: 'kit', sso_username: 'kit.sso' });
    await insertUser(database.db, { email: 'pia@example.com', auth_system: 'internal', ldap_username: 'pia' });
    const ada = await openSwitch(usher, 'SSO on');
    const plan = textOf(await ada.modal('4 LDAP usernames are cleared, for good.'));
    expect(plan).toContain('2 people sign in by LDAP and are signed out everywhere.');
    expect(plan).toContain('1 person becomes internal without a password');
    expect(plan).toContain('1 person who is disabled or invited becomes internal.');
    await ada.submit();
    const done = textOf(await ada.modal('4 LDAP usernames were cleared.'));
    expect(done).toContain('lin@example.com');
    expect(await signIns(database)).toMatchObject({
      'lin@example.com': ['internal', null, null],
      'mo@example.com': ['internal', null, null],
      'kit@example.com': ['internal', 'kit.sso', null],
      'pia@example.com': ['internal', null, null],
    });
    const lines = await database.db('audit_events').where({ action: 'user.auth_switched' }).orderBy('subject_label');
    expect(
      lines.map(({ subject_label, before, after }) => [subject_label, JSON.parse(before), JSON.parse(after)]),
    ).toEqual([
      ['kit@example.com', { ldapUsername: 'kit' }, { ldapUsername: null }],
      ['lin@example.com', { authSystem: 'LDAP', ldapUsername: 'lin' }, { authSystem: 'Internal', ldapUsername: null }],
      ['mo@example.com', { authSystem: 'LDAP', ldapUsername: 'mo' }, { authSystem: 'Internal', ldapUsername: null }],
      ['pia@example.com', { ldapUsername: 'pia' }, { ldapUsername: null }],
    ]);
    const site = await database.db('audit_events').where({ action: 'settings.changed' });
    expect(site.map(({ after }) => JSON.parse(after))).toEqual([
      { LDAP: 'off', SSO: 'on', people: 2, ldapUsernamesCleared: 4 },
    ]);
  });

  test('R74: before LDAP goes the admin is told to export, and gets everybody with their usernames from the same form', async () => {
    await ldapUser(database, 'lin');
    await insertUser(database.db, { email: 'pia@example.com', ldap_username: 'pia' });
    for (const which of ['LDAP off', 'SSO on'] as const) {
      const ada = await openSwitch(usher, which);
      const modal = await ada.modal('Export these people before you switch.');
      await ada.click(modal, 'Send me the workbook first');
      const rows = await sheetRows(await sentFile(ada));
      await ada.modal('The workbook with 2 people is in our direct conversation.');
      const column = rows[0]?.indexOf('LDAP Username') ?? -1;
      expect(rows.slice(1).map((row) => [row[1], row[column]])).toEqual([
        ['lin@example.com', 'lin'],
        ['pia@example.com', 'pia'],
      ]);
      expect(await systems(usher)).toEqual({ ldap: true, sso: false });
      await ada.closeModal({ all: true });
    }
    expect(await database.db('audit_events').where({ action: 'users.exported' })).toHaveLength(2);
  });

  test('R71: LDAP usernames become the SSO usernames in the same step; nobody’s own is overwritten', async () => {
    await ldapUser(database, 'lin');
    await ldapUser(database, 'own', { sso_username: 'own.already' });
    await ldapUser(database, 'Clash');
    await insertUser(database.db, { email: 'other@example.com', sso_username: 'clash' });
    await insertUser(database.db, { email: 'pia@example.com', ldap_username: 'pia' });
    const ada = await openSwitch(usher, 'SSO on');
    await ada.modal('3 people become internal without a password');
    await ada.fill(reuse);
    const plan = textOf(await ada.modal('2 people sign in by SSO then'));
    expect(plan).toContain('2 LDAP usernames become SSO usernames.');
    expect(plan).toContain('1 person has an SSO username already and keeps it.');
    expect(plan).toContain('“Clash” of Clash@example.com is the SSO username of other@example.com');
    expect(plan).toContain('1 person becomes internal without a password');
    await ada.submit();
    await ada.modal('SSO is switched on');
    expect(await signIns(database)).toMatchObject({
      'lin@example.com': ['sso', 'lin', null],
      'own@example.com': ['sso', 'own.already', null],
      'Clash@example.com': ['internal', null, null],
      'other@example.com': ['internal', 'clash', null],
      'pia@example.com': ['internal', 'pia', null],
    });
  });

  test('R71: LDAP usernames of the export can be put into the column of SSO usernames and imported', async () => {
    await ldapUser(database, 'lin');
    const ada = await openSwitch(usher, 'SSO on');
    await ada.click(await ada.modal('Export these'), 'Send me the workbook first');
    const [header = [], ...rows] = await sheetRows(await sentFile(ada));
    await ada.modal('The workbook with 1 person');
    await ada.submit();
    await ada.modal('SSO is switched on');
    await ada.closeModal({ all: true });
    const at = (name: string) => header.indexOf(name);
    const csv = [
      ['Login Email', 'Auth System', 'SSO Username'],
      ...rows.map((row) => [row[at('Login Email')], 'SSO', row[at('LDAP Username')]]),
    ];
    await ada.upload('#imports', 'people.csv', csv.map((line) => line.join(',')).join('\n'));
    await ada.click(
      await ada.waitForMessage(({ blocks }) => JSON.stringify(blocks).includes('Confirm')),
      'import-confirm',
    );
    await ada.waitForMessage(/1 updated|updated/);
    expect((await signIns(database))['lin@example.com']).toEqual(['sso', 'lin', null]);
  });

  test('LDAP that is switched off by hand takes its usernames along too; without SSO they wait as SSO usernames', async () => {
    await ldapUser(database, 'lin');
    const ada = await openSwitch(usher, 'LDAP off');
    await ada.modal('1 LDAP username is cleared, for good.');
    await ada.fill(reuse);
    await ada.modal('SSO is off, so nobody signs in by it yet');
    await ada.submit();
    await ada.modal('LDAP is switched off.');
    expect(await systems(usher)).toEqual({ ldap: false, sso: false });
    expect((await signIns(database))['lin@example.com']).toEqual(['internal', 'lin', null]);
  });

  test('people of SSO that is switched off are internal and keep their SSO usernames', async () => {
    await storeSetting(usher.ctx, 'auth.sso', true);
    await ldapUser(database, 'stays');
    await insertUser(database.db, { email: 'sol@example.com', auth_system: 'sso', sso_username: 'sol' });
    const ada = await openSwitch(usher, 'SSO off');
    await ada.modal('SSO usernames stay with their people.');
    await ada.submit();
    await ada.modal('SSO is switched off.');
    expect(await systems(usher)).toEqual({ ldap: true, sso: false });
    expect(await signIns(database)).toMatchObject({
      'sol@example.com': ['internal', 'sol', null],
      'stays@example.com': ['ldap', null, 'stays'],
    });
  });

  test('whoever falls back without a password gets a link by the next step, once; the others one mail that says how', async () => {
    await ldapUser(database, 'lin');
    await ldapUser(database, 'word', { password_hash: 'a hash of tests' });
    await ldapUser(database, 'off', { status: 'disabled' });
    const ada = await openSwitch(usher, 'LDAP off');
    await ada.submit();
    const done = await ada.modal('Cannot sign in before they get a link');
    expect(textOf(done)).not.toContain('word@example.com');
    expect(await usher.mailsTo('lin@example.com')).toEqual([]);
    await ada.click(done, 'Send reset links');
    expect(textOf(await ada.modal(({ view }) => view.callback_id === 'batch-plan'))).toContain('lin@example.com');
    await ada.submit();
    await ada.modal('Resetting passwords is done.');
    const [mail, ...more] = await usher.mailsTo('lin@example.com');
    expect(more).toEqual([]);
    expect(linkIn(mail)).toContain('/reset-password?');
    expect((await usher.mailsTo('word@example.com')).map(({ subject }) => subject)).toEqual([
      'You now sign in with your password',
    ]);
    expect(await usher.mailsTo('off@example.com')).toEqual([]);
  });

  test('sessions of people whose system was switched end and are told why; those of others stay', async () => {
    const lin = await ldapUser(database, 'lin');
    const pia = await insertUser(database.db, { ldap_username: 'pia' });
    const tokens = {
      web: (await signedIn(usher.ctx, lin.id, 'browser')).token,
      api: (await signedIn(usher.ctx, lin.id, 'program', 'api')).token,
      other: (await signedIn(usher.ctx, pia.id, 'browser')).token,
    };
    await (await openSwitch(usher, 'LDAP off')).submit();
    await usher.as('ada').modal('2 sessions ended. API tokens stay.');
    expect(await readSession(usher.ctx, tokens.web)).toEqual({ state: 'ended', reason: 'auth_changed' });
    expect(await readSession(usher.ctx, tokens.api)).toEqual({ state: 'ended', reason: 'auth_changed' });
    expect(await readSession(usher.ctx, tokens.other)).toMatchObject({ state: 'active' });
  });

  test('the last admin who can sign in is not shut out, and is told what to do', async () => {
    await database
      .db('users')
      .where({ email: 'ada@example.com' })
      .update({ auth_system: 'ldap', ldap_username: 'ada', ldap_username_key: 'ada', password_hash: null });
    const ada = await openSwitch(usher, 'LDAP off');
    const refused = await ada.modal('No active admin could sign in any more');
    expect(textOf(refused)).toContain('/users edit ada@example.com');
    expect(refused.view.submit ?? null).toBeNull();
    await ada.closeModal({ all: true });
    await openSwitch(usher, 'SSO on');
    await ada.modal('Tick the box that takes the LDAP usernames over');
    await ada.fill(reuse);
    await ada.modal('1 person signs in by SSO then');
    await ada.submit();
    await ada.modal('SSO is switched on');
    expect((await signIns(database))['ada@example.com']).toEqual(['sso', 'ada', null]);
    await ada.closeModal({ all: true });
    await openSwitch(usher, 'SSO off');
    await ada.modal('No active admin could sign in any more');
    await insertAdmin(database.db, { email: 'hedy@example.com', password_hash: 'a hash of tests' });
    await ada.closeModal({ all: true });
    await openSwitch(usher, 'SSO off');
    await ada.submit();
    await ada.modal('SSO is switched off.');
  });

  test('what changed since the form was opened is shown anew, and nothing was written', async () => {
    await ldapUser(database, 'lin');
    const ada = await openSwitch(usher, 'LDAP off');
    await ada.modal('1 LDAP username is cleared');
    await ldapUser(database, 'late');
    await ada.submit();
    await ada.modal('Something changed while you looked, so nothing was switched.');
    await ada.modal('2 LDAP usernames are cleared');
    expect(await systems(usher)).toEqual({ ldap: true, sso: false });
    expect((await signIns(database))['lin@example.com']).toEqual(['ldap', null, 'lin']);
    expect(await database.db('operations').where({ kind: 'auth.switch' })).toEqual([]);
    await ada.submit();
    await ada.modal('2 LDAP usernames were cleared.');
  });

  test('two admins who switch at once switch once', async () => {
    await ldapUser(database, 'lin');
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    const ada = await openSwitch(usher, 'SSO on');
    const hedy = usher.as('hedy');
    await hedy.command('#general', '/usher auth');
    await hedy.click(await hedy.modal('Switch SSO on'), 'Switch SSO on');
    await hedy.modal('1 LDAP username is cleared');
    await Promise.all([ada.submit(), hedy.submit()]);
    const shown = await Promise.all([ada, hedy].map(async (one) => textOf(await one.modal(/was cleared|already/))));
    expect(shown.filter((text) => text.includes('1 LDAP username was cleared.'))).toHaveLength(1);
    expect(shown.filter((text) => text.includes('SSO is switched on already'))).toHaveLength(1);
    expect(await database.db('audit_events').where({ action: 'user.auth_switched' })).toHaveLength(1);
  });

  test('more than fifty people are switched only after a typed phrase, in statements that people do not raise', async () => {
    const many = async (from: number, to: number) => {
      for (let index = from; index < to; index += 1) await ldapUser(database, `p${index}`);
    };
    await many(0, 51);
    const ada = await openSwitch(usher, 'LDAP off');
    await ada.modal('Type “clear 51 LDAP usernames” to go on');
    await ada.fill({ phrase: 'clear 50 ldap usernames' });
    await ada.submit();
    await ada.modal('Type “clear 51 LDAP usernames” to go on. Nothing was changed.');
    expect(await systems(usher)).toEqual({ ldap: true, sso: false });
    await ada.fill({ phrase: ' Clear  51 LDAP usernames ' });
    const few = await statementsOf(async () => {
      await ada.submit();
      await ada.modal('51 LDAP usernames were cleared.');
    });
    await storeSetting(usher.ctx, 'auth.ldap', true);
    await many(100, 300);
    await ada.closeModal({ all: true });
    await openSwitch(usher, 'LDAP off');
    await ada.fill({ phrase: 'clear 200 LDAP usernames' });
    const more = await statementsOf(async () => {
      await ada.submit();
      await ada.modal('200 LDAP usernames were cleared.');
    });
    expect(more).toBeLessThanOrEqual(few + 4);
    await ada.click(await ada.modal('… and 160 people more'), 'Send me the whole list');
    expect(await sheetRows(await sentFile(ada))).toHaveLength(201);
  });

  test('a switch that takes longer than a moment shows how far it is, and then what it came to', async () => {
    await ldapUser(database, 'lin');
    await ldapUser(database, 'mo', { status: 'disabled' });
    await insertUser(database.db, { email: 'pia@example.com', ldap_username: 'pia' });
    const ada = await openSwitch(usher, 'LDAP off');
    const passTime = ({ sql }: { readonly sql: string }) => {
      if (/^insert into `operation_results`/i.test(sql)) usher.clock.advance(4000);
    };
    usher.ctx.db.on('query', passTime);
    try {
      const shown = ada.modal('3 of 3 people are switched …');
      await ada.submit();
      expect(textOf(await shown)).toContain('Please leave this open');
      await ada.modal('3 LDAP usernames were cleared.');
    } finally {
      usher.ctx.db.removeListener('query', passTime);
    }
  });

  test('what a switch writes of each person is what it told, whichever way they go', async () => {
    await storeSetting(usher.ctx, 'auth.sso', true);
    await ldapUser(database, 'lin', { ldap_username: 'Lin.O' });
    await ldapUser(database, 'own', { sso_username: 'own.sso' });
    await insertUser(database.db, { email: 'pia@example.com', ldap_username: 'pia' });
    const before = await database.db('users').orderBy('email');
    const ada = await openSwitch(usher, 'LDAP off');
    await ada.fill(reuse);
    await ada.modal('2 LDAP usernames become SSO usernames.');
    await ada.submit();
    await ada.modal('3 LDAP usernames were cleared.');
    const after = await database.db('users').orderBy('email');
    const keys = Object.fromEntries(
      after.map((row) => [row.email, [row.auth_system, row.sso_username, row.sso_username_key, row.ldap_username_key]]),
    );
    expect(keys).toMatchObject({
      'lin@example.com': ['sso', 'Lin.O', 'lin.o', null],
      'own@example.com': ['sso', 'own.sso', 'own.sso', null],
      'pia@example.com': ['internal', 'pia', 'pia', null],
    });
    const versions = (rows: readonly { version: number }[]) => rows.map(({ version }) => version);
    expect(versions(after)).toEqual(before.map(({ email, version }) => version + (email in keysOfMoved ? 1 : 0)));
  });

  const keysOfMoved = { 'lin@example.com': 1, 'own@example.com': 1, 'pia@example.com': 1 };

  async function statementsOf(work: () => Promise<void>): Promise<number> {
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    usher.ctx.db.on('query', count);
    try {
      await work();
    } finally {
      usher.ctx.db.removeListener('query', count);
    }
    return statements;
  }
});
