import { noCounts } from '../../../src/features/auth-systems/auth-systems.types';
import { switchSystem } from '../../../src/features/auth-systems/switch-system.service';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { startLdapServer } from '../../support/ldap-server';
import { startOidcServer } from '../../support/oidc-server';
import { textOf } from '../../support/slack-text';
import type { RunningUsher } from '../../support/usher';
import { authScene, ldapUser, openSwitch, signIns, systems } from './auth-scene';

forEachDatabase((database) => {
  let usher: RunningUsher;
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('/usher auth shows each system, whether it is on and set up, and how many people it has', async () => {
    usher = await authScene(database);
    await ldapUser(database, 'lin');
    await ldapUser(database, 'mo', { status: 'disabled' });
    await insertUser(database.db, { ldap_username: 'kept', sso_username: 'kept.sso' });
    const ada = usher.as('ada');
    await ada.command('#general', '/usher auth');
    const text = textOf(await ada.modal('Internal'));
    expect(text).toContain('Always on. 3 people, all of them active.');
    expect(text).toContain('Switched on. 2 people, 1 of them active.');
    expect(text).toContain('3 LDAP usernames stored.');
    expect(text).toContain('Set up: ldap://localhost:9');
    expect(text).toContain('Switched off. Nobody signs in by it.');
    expect(text).toContain('1 SSO username stored.');
    expect(text).toContain(`${usher.origin}/sign-in/sso/callback`);
    expect(JSON.stringify(ada.stack())).not.toContain('a secret of tests');
  });

  test('whoever is no admin does not see it', async () => {
    usher = await authScene(database);
    const ben = usher.as('ben');
    await ben.command('#general', '/usher auth');
    expect(textOf(await ben.modal('Only an active admin'))).not.toContain('LDAP_URL');
  });

  test('what the operator has not set up cannot be switched on, and the setting is named', async () => {
    usher = await authScene(database, {});
    const ada = usher.as('ada');
    await ada.command('#general', '/usher auth');
    const modal = await ada.modal('Internal');
    expect(textOf(modal)).toContain('Not set up: OIDC_ISSUER is not set where Usher runs.');
    expect(textOf(modal)).toContain('LDAP_URL is not set where Usher runs. Nobody can sign in by it until it is.');
    await expect(ada.click(modal, 'Switch SSO on')).rejects.toThrow();
    // A form of before a restart without the setting.
    const change = { system: 'sso', to: 'on', reuseNames: false } as const;
    const outcome = await switchSystem(usher.ctx, { change, seen: noCounts, typed: '' }, 'late');
    expect(outcome).toMatchObject({
      kind: 'moved',
      plan: { refusal: expect.stringContaining('OIDC_ISSUER is not set') },
    });
    expect(await systems(usher)).toEqual({ ldap: true, sso: false });
  });

  test('the connection to a real directory and a real provider is tried without signing anybody in', async () => {
    const directory = await startLdapServer([]);
    const provider = await startOidcServer({});
    try {
      usher = await authScene(database, {
        ...directory.settings,
        ...provider.settings,
      });
      const ada = usher.as('ada');
      await ada.command('#general', '/usher auth');
      await ada.click(await ada.modal('Internal'), { name: 'auth-try', value: 'ldap' });
      await ada.modal('LDAP: The directory answers as the settings expect.');
      await ada.click(await ada.modal('Internal'), { name: 'auth-try', value: 'sso' });
      await ada.modal('SSO: The provider answers and describes itself.');
      await directory.stop();
      await provider.stop();
      await ada.click(await ada.modal('Internal'), { name: 'auth-try', value: 'ldap' });
      await ada.modal('LDAP: There is no connection to the directory. Check LDAP_URL');
      await ada.click(await ada.modal('Internal'), { name: 'auth-try', value: 'sso' });
      await ada.modal('Check OIDC_ISSUER');
    } finally {
      await directory.remove();
      await provider.stop();
    }
  });

  test('LDAP is switched on without a change for anybody', async () => {
    usher = await authScene(database);
    const before = await signIns(database);
    await (await openSwitch(usher, 'LDAP off')).submit();
    const ada = usher.as('ada');
    await ada.modal('LDAP is switched off.');
    await ada.closeModal({ all: true });
    await openSwitch(usher, 'LDAP on');
    await ada.modal('Nobody changes by this alone.');
    await ada.submit();
    await ada.modal('LDAP is switched on.');
    expect(await systems(usher)).toEqual({ ldap: true, sso: false });
    expect(await signIns(database)).toEqual(before);
    const trail = await database.db('audit_events').where({ action: 'settings.changed' }).orderBy('id');
    expect(trail.map(({ before: old, after }) => [JSON.parse(old), JSON.parse(after)])).toEqual([
      [{ LDAP: 'on' }, { LDAP: 'off' }],
      [{ LDAP: 'off' }, { LDAP: 'on' }],
    ]);
  });
});
