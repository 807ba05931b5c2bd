import { readSession } from '../../../src/features/sessions/read-session.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';

const byLdap = 'You now sign in with your company password (LDAP)';
const bySso = 'You now sign in by single sign-on (SSO)';
const byPassword = 'You now sign in with your password';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
    await storeSetting(usher.ctx, 'auth.ldap', true);
    await storeSetting(usher.ctx, 'auth.sso', true);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const person = (name: string, given: Parameters<typeof insertUser>[1] = {}) =>
    insertUser(database.db, { email: `${name}@example.com`, ...given });
  const systemOf = async (name: string) => {
    const row = await database
      .db('users')
      .where({ email: `${name}@example.com` })
      .first();
    return [row.auth_system, row.status];
  };
  const subjects = async (name: string) => (await usher.mailsTo(`${name}@example.com`)).map(({ subject }) => subject);
  const imported = async (rows: readonly string[]) => {
    const ada = usher.as('ada');
    await ada.upload(
      '#imports',
      'people.csv',
      ['Login Email,Auth System,SSO Username,LDAP Username', ...rows].join('\n'),
    );
    const shown = await ada.waitForMessage(({ blocks }) => JSON.stringify(blocks).includes('import-confirm'));
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: ');
  };
  const edited = async (name: string, values: Record<string, string>) => {
    const ada = usher.as('ada');
    await ada.command('#general', `/users edit ${name}@example.com`);
    await ada.modal('First Name');
    await ada.fill(values);
    await ada.submit();
    return ada.modal('Saved');
  };

  test('R67: one import switches many people between internal, LDAP and SSO, and tells each of them once', async () => {
    await person('to.ldap');
    await person('to.sso', { auth_system: 'ldap', ldap_username: 'to.sso' });
    await person('with.password', { auth_system: 'sso', sso_username: 'wp', password_hash: 'a hash of tests' });
    await person('without', { auth_system: 'sso', sso_username: 'wo' });
    await person('off', { status: 'disabled' });
    await imported([
      'to.ldap@example.com,LDAP,,to.ldap',
      'to.sso@example.com,SSO,sso.name,',
      'with.password@example.com,Internal,,',
      'without@example.com,Internal,,',
      'off@example.com,LDAP,,off',
      'ben@example.com,Internal,ben.sso,',
    ]);
    expect(await systemOf('to.ldap')).toEqual(['ldap', 'active']);
    expect(await systemOf('to.sso')).toEqual(['sso', 'active']);
    expect(await systemOf('with.password')).toEqual(['internal', 'active']);
    expect(await systemOf('off')).toEqual(['ldap', 'disabled']);
    expect(await subjects('to.ldap')).toEqual([byLdap]);
    expect(await subjects('to.sso')).toEqual([bySso]);
    expect(await subjects('with.password')).toEqual([byPassword]);
    expect(await subjects('without')).toEqual(['Your account is ready: choose a password']);
    expect(await subjects('off')).toEqual([]);
    expect(await subjects('ben')).toEqual([]);
  });

  test('R70: switching invited people from Internal to LDAP or SSO by import activates them', async () => {
    await person('new.ldap', { status: 'invited' });
    await person('new.sso', { status: 'invited' });
    await imported(['new.ldap@example.com,LDAP,,new.ldap', 'new.sso@example.com,SSO,new.sso,']);
    expect(await systemOf('new.ldap')).toEqual(['ldap', 'active']);
    expect(await systemOf('new.sso')).toEqual(['sso', 'active']);
    expect(await subjects('new.ldap')).toEqual([byLdap]);
    expect(await subjects('new.sso')).toEqual([bySso]);
  });

  test('a mail about the new way says how in both of its parts, and holds nothing that opens anything', async () => {
    const ben = await edited('ben', { 'Auth System': 'LDAP', 'LDAP Username': 'b.okri <ldap>' });
    expect(JSON.stringify(ben)).toContain('Saved Ben');
    const [mail, ...more] = await usher.mailsTo('ben@example.com');
    expect(more).toEqual([]);
    expect(mail?.subject).toBe(byLdap);
    expect(mail?.text).toContain(
      'with your e-mail address, ben@example.com, and the password of your company’s directory',
    );
    expect(mail?.text).toContain('Your username there is b.okri <ldap>.');
    expect(mail?.html).toContain('Your username there is b.okri &lt;ldap>.');
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain(`${usher.origin}/sign-in`);
      expect(part).not.toContain('token=');
    }
  });

  test('a mail whose news was overtaken is not sent; the last one is', async () => {
    await edited('ben', { 'Auth System': 'LDAP', 'LDAP Username': 'ben' });
    await usher.as('ada').closeModal({ all: true });
    await edited('ben', { 'Auth System': 'SSO', 'SSO Username': 'ben' });
    expect(await subjects('ben')).toEqual([bySso]);
  });

  test('back to Internal without a password brings the link and no second mail', async () => {
    await person('lin', { auth_system: 'ldap', ldap_username: 'lin' });
    await edited('lin', { 'Auth System': 'Internal' });
    const mails = await usher.mailsTo('lin@example.com');
    expect(mails).toHaveLength(1);
    expect(linkIn(mails[0])).toContain('/reset-password?');
  });

  test('a batch tells each of its people once, and ends their sessions', async () => {
    const lin = await person('lin', { sso_username: 'lin' });
    const { token } = await signedIn(usher.ctx, lin.id, 'browser');
    const ada = usher.as('ada');
    await ada.command('#general', '/users batch');
    await ada.modal('Or paste addresses');
    await ada.fill({ action: 'update', pasted: 'lin@example.com, ben@example.com' });
    await ada.submit();
    await ada.modal('Signs in by');
    await ada.fill({ 'Signs in by': 'SSO' });
    await ada.submit();
    await ada.modal('Signs in by: SSO. Whoever changes is signed out everywhere and told by mail.');
    await ada.submit();
    await ada.modal('1 done and 1 failed');
    expect(await subjects('lin')).toEqual([bySso]);
    expect(await subjects('ben')).toEqual([]);
    expect(await readSession(usher.ctx, token)).toEqual({ state: 'ended', reason: 'auth_changed' });
  });

  test('undo takes the way back as well, and says so by mail', async () => {
    await database.db('users').where({ email: 'ben@example.com' }).update({ password_hash: 'a hash of tests' });
    const saved = await edited('ben', { 'Auth System': 'SSO', 'SSO Username': 'ben' });
    await usher.mailsTo('ben@example.com');
    await usher.as('ada').click(saved, 'Undo');
    await usher.as('ada').modal('Undone for 1 person.');
    expect(await systemOf('ben')).toEqual(['internal', 'active']);
    expect(await subjects('ben')).toEqual([byPassword, bySso]);
  });

  test('sessions and the API of whoever is edited over to another system end with the reason; other edits end none', async () => {
    const ben = await database.db('users').where({ email: 'ben@example.com' }).first();
    const { token } = await signedIn(usher.ctx, ben.id, 'browser');
    await edited('ben', { 'SSO Username': 'ben' });
    expect(await readSession(usher.ctx, token)).toMatchObject({ state: 'active' });
    await usher.as('ada').closeModal({ all: true });
    const modal = await edited('ben', { 'Auth System': 'SSO' });
    expect(JSON.stringify(modal)).toContain('1 session ended');
    expect(await readSession(usher.ctx, token)).toEqual({ state: 'ended', reason: 'auth_changed' });
  });
});
