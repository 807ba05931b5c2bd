import { accountRoutes } from '../../src/features/accounts/accounts.routes';
import { hashPassword } from '../../src/features/credentials/passwords.service';
import { type BuiltUser, insertUser } from './builders';
import { type TestContext, testContext } from './context';
import type { TestDatabase } from './databases';
import { type PageAnswer, type PageServer, startPages, type Visitor } from './pages';

export const password = 'teal kite moon';

/** Settings of a site that has a provider for SSO, which nobody asks. */
export const someProvider = {
  OIDC_ISSUER: 'https://id.example.com',
  OIDC_CLIENT_ID: 'usher',
  OIDC_CLIENT_SECRET: 'a secret of tests',
} as const;

/** The pages of accounts on a test's database, with one person who has `password`. The caller stops the server. */
export interface AccountPages {
  readonly ctx: TestContext;
  readonly user: BuiltUser;
  readonly server: PageServer;
  visitor(): Visitor;
}

export async function startAccountPages(
  database: TestDatabase,
  settings: Readonly<Record<string, string>> = {},
): Promise<AccountPages> {
  const ctx = testContext(database, { settings });
  const server = await startPages(ctx, { routes: accountRoutes(ctx) });
  const user = await insertUser(database.db, {
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    password_hash: await hashPassword(password),
  });
  return { ctx, user, server, visitor: server.visitor };
}

/** Sends the sign-in form as it is shown. */
export function signInBy(
  visitor: Visitor,
  fields: Readonly<Record<string, string>> = {},
  query = '',
): Promise<PageAnswer> {
  return visitor.fillIn(`/sign-in${query}`, { email: 'ada@example.com', password, ...fields });
}

/** The cookies that an answer sets: name and flags without the value. */
export function cookieFlags(answer: PageAnswer): Map<string, string[]> {
  return new Map(
    answer.headers.getSetCookie().map((line) => {
      const [pair = '', ...flags] = line.split('; ');
      return [pair.split('=')[0] ?? '', flags.filter((flag) => !flag.startsWith('Expires')).sort()];
    }),
  );
}
