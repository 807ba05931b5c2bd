import { signIn } from '../../../../src/features/accounts/sign-in/sign-in.service';
import { directorySilent } from '../../../../src/features/accounts/sign-in/sign-in.text';
import { hashPassword } from '../../../../src/features/credentials/passwords.service';
import { storeSetting } from '../../../../src/features/settings/settings.service';
import { insertUser } from '../../../support/builders';
import { testContext } from '../../../support/context';
import { forEachDatabase } from '../../../support/databases';
import { type LdapServer, ldapTree, startLdapServer } from '../../../support/ldap-server';

const password = 'known to the directory';
const email = 'grace@example.com';
const client = { clientId: 'browser-1', clientName: 'Firefox on Linux', ip: '192.0.2.7' };
const wrong = { kind: 'wrong' };

let server: LdapServer;
beforeAll(async () => {
  server = await startLdapServer([{ uid: 'g.hopper', password }]);
});
afterAll(() => server?.remove());

forEachDatabase((database) => {
  /** Grace, who signs in by LDAP and has a password here from before. */
  const begin = async (settings: Readonly<Record<string, string>> = {}) => {
    const ctx = testContext(database, {
      settings: {
        LDAP_URL: server.url,
        LDAP_CA_FILE: server.caFile,
        LDAP_BIND_DN_TEMPLATE: ldapTree.template,
        LDAP_TIMEOUT_SECONDS: '1',
        ...settings,
      },
    });
    await storeSetting(ctx, 'auth.ldap', true);
    const user = await insertUser(database.db, {
      email,
      auth_system: 'ldap',
      ldap_username: 'g.hopper',
      password_hash: await hashPassword('known here before'),
    });
    return { ctx, user };
  };
  const tryIn = (ctx: Parameters<typeof signIn>[0], given: string, address = email) =>
    signIn(ctx, { email: address, password: given, kind: 'web', client });

  test('an LDAP user signs in with their e-mail and the directory’s password, and with no other', async () => {
    const { ctx, user } = await begin();
    expect(await tryIn(ctx, password)).toMatchObject({ kind: 'started', user: { id: user.id, authSystem: 'ldap' } });
    for (const other of ['', 'known here before', `${password}!`]) expect(await tryIn(ctx, other)).toEqual(wrong);
    // The username is for the directory; here people are known by their address.
    expect(await tryIn(ctx, password, 'g.hopper')).toEqual(wrong);
  });

  test('while LDAP is switched off for the site nobody signs in by it', async () => {
    const { ctx } = await begin();
    await storeSetting(ctx, 'auth.ldap', false);
    expect(await tryIn(ctx, password)).toEqual(wrong);
    expect(await tryIn(ctx, 'known here before')).toEqual(wrong);
  });

  test('a disabled LDAP user is refused, and so is one without a username', async () => {
    const { ctx, user } = await begin();
    for (const change of [{ status: 'disabled' }, { status: 'active', ldap_username: null }]) {
      await database.db('users').where({ id: user.id }).update(change);
      expect(await tryIn(ctx, password)).toEqual(wrong);
    }
  });

  test('while the directory is down people are told so, however often they try, and nothing counts as a failure', async () => {
    const { ctx } = await begin();
    await server.stop();
    try {
      for (let tries = 0; tries < 12; tries += 1) {
        expect(await tryIn(ctx, password)).toEqual({ kind: 'unavailable', sentence: directorySilent });
      }
    } finally {
      await server.start();
    }
    expect(await tryIn(ctx, password)).toMatchObject({ kind: 'started' });
    expect(ctx.logLines.some(({ level, msg }) => level === 50 && msg.startsWith('LDAP:'))).toBe(true);
    expect(JSON.stringify(ctx.logLines)).not.toContain(password);
  });

  test('a directory that hangs is no wrong password either, and holds up nobody who has their password here', async () => {
    const { ctx } = await begin();
    await insertUser(database.db, { email: 'ada@example.com', password_hash: await hashPassword(password) });
    server.pause();
    try {
      const hanging = tryIn(ctx, password);
      expect(await tryIn(ctx, password, 'ada@example.com')).toMatchObject({ kind: 'started' });
      expect(await hanging).toMatchObject({ kind: 'unavailable' });
    } finally {
      server.resume();
    }
  });

  test('where the directory was switched on and never set up, people are told that it cannot be asked', async () => {
    await begin();
    const ctx = testContext(database);
    expect(await tryIn(ctx, password)).toMatchObject({ kind: 'unavailable' });
    expect(ctx.logLines.map(({ msg }) => msg).join()).toContain('LDAP_URL is not set');
  });

  test('ten wrong passwords wait as everybody’s do, and the directory is asked no more', async () => {
    const { ctx } = await begin();
    for (let tries = 0; tries < 10; tries += 1) expect(await tryIn(ctx, 'a guess')).toEqual(wrong);
    await server.stop();
    try {
      expect(await tryIn(ctx, 'a guess')).toEqual({ kind: 'wait', seconds: 60 });
    } finally {
      await server.start();
    }
  });
});
