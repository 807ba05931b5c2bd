import { Workbook } from 'exceljs';
import { setting, storeSetting } from '../../../src/features/settings/settings.service';
import { insertUser } from '../../support/builders';
import type { TestDatabase } from '../../support/databases';
import { type RunningUsher, startUsher } from '../../support/usher';
import type { Actor } from '../../support/workspace-driver';

/** A directory and a provider that nobody runs: set up is all that they have to be here. */
export const setUp: Readonly<Record<string, string>> = {
  LDAP_URL: 'ldap://localhost:9',
  LDAP_BIND_DN_TEMPLATE: 'uid={username},ou=people,dc=example,dc=org',
  OIDC_ISSUER: 'http://127.0.0.1:9',
  OIDC_CLIENT_ID: 'usher',
  OIDC_CLIENT_SECRET: 'a secret of tests',
};

/** A site with LDAP on, whose admin Ada has a password. */
export async function authScene(database: TestDatabase, settings: Readonly<Record<string, string>> = setUp) {
  const usher = await startUsher(database, { settings });
  await database.db('users').where({ email: 'ada@example.com' }).update({ password_hash: 'a hash of tests' });
  await storeSetting(usher.ctx, 'auth.ldap', true);
  return usher;
}

/** Who signs in how, by address: `[auth system, SSO username, LDAP username]`. */
export async function signIns(database: TestDatabase): Promise<Record<string, (string | null)[]>> {
  const rows = await database.db('users').orderBy('email');
  return Object.fromEntries(rows.map((row) => [row.email, [row.auth_system, row.sso_username, row.ldap_username]]));
}

export async function systems(usher: RunningUsher): Promise<{ ldap: boolean; sso: boolean }> {
  return { ldap: await setting(usher.ctx, 'auth.ldap'), sso: await setting(usher.ctx, 'auth.sso') };
}

/** Somebody who signs in by LDAP. */
export function ldapUser(database: TestDatabase, name: string, given: Parameters<typeof insertUser>[1] = {}) {
  return insertUser(database.db, {
    email: `${name}@example.com`,
    first_name: name.charAt(0).toUpperCase() + name.slice(1),
    last_name: '',
    auth_system: 'ldap',
    ldap_username: name,
    ...given,
  });
}

/** Opens `/usher auth` and presses a switch's button. */
export async function openSwitch(usher: RunningUsher, name: 'LDAP off' | 'LDAP on' | 'SSO on' | 'SSO off') {
  const ada = usher.as('ada');
  await ada.command('#general', '/usher auth');
  await ada.click(await ada.modal(`Switch ${name}`), `Switch ${name}`);
  await ada.modal(({ view }) => view.callback_id === 'auth-switch');
  return ada;
}

/** The cells of a workbook's first sheet as text, its header first. */
export async function sheetRows(bytes: Buffer): Promise<string[][]> {
  const workbook = new Workbook();
  await workbook.xlsx.load(bytes as never);
  const rows: string[][] = [];
  workbook.worksheets[0]?.eachRow((row) => {
    rows.push((row.values as unknown[]).slice(1).map((value) => String(value ?? '')));
  });
  return rows;
}

/** The only file of a message that a person waits for. */
export async function sentFile(actor: Actor): Promise<Buffer> {
  const { files } = await actor.waitForMessage((message) => message.files.length > 0);
  const [file] = files;
  if (file === undefined) throw new Error('no file was sent');
  return actor.download(file);
}
