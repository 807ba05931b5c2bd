import { storeSetting } from '../../../../src/features/settings/settings.service';
import { insertUser } from '../../../support/builders';
import type { TestDatabase } from '../../../support/databases';
import { newVisitor, type PageAnswer, type Visitor } from '../../../support/pages';
import { type RunningUsher, startUsher } from '../../../support/usher';

/** Grace, who signs in by SSO as “Grace.H”, and a site that takes that. */
export interface SsoScene {
  readonly usher: RunningUsher;
  readonly userId: number;
  visitor(): Visitor;
  /** Starts signing in, and gives where the provider is to be asked. */
  begin(visitor: Visitor, path?: string): Promise<string>;
  /** Goes where the provider sends the browser back to. */
  comeBack(visitor: Visitor, url: string): Promise<PageAnswer>;
  /** The web sessions of everybody that are open. */
  openSessions(): Promise<{ user_id: number }[]>;
}

/** @param provider the settings that name the provider */
export async function ssoScene(
  database: TestDatabase,
  provider: Readonly<Record<string, string>>,
  options: { readonly isOn?: boolean; readonly publicUrl?: string } = {},
): Promise<SsoScene> {
  const usher = await startUsher(database, {
    settings: { ...provider, ...(options.publicUrl === undefined ? {} : { PUBLIC_URL: options.publicUrl }) },
  });
  if (options.isOn !== false) await storeSetting(usher.ctx, 'auth.sso', true);
  const user = await insertUser(database.db, {
    email: 'grace@example.com',
    auth_system: 'sso',
    sso_username: 'Grace.H',
  });
  return {
    usher,
    userId: user.id,
    visitor: () => newVisitor(usher.origin),
    async begin(visitor, path = '/sign-in/sso') {
      const { status, headers } = await visitor.get(path);
      const url = headers.get('location');
      if (status !== 303 || url === null) throw new Error(`the sign-in does not begin: ${status} ${url}`);
      return url;
    },
    comeBack: (visitor, url) => visitor.get(url.replace(/^https?:\/\/[^/]+/, '')),
    openSessions: () => database.db('sessions').whereNull('ended_at').select('user_id'),
  };
}

/** The heading of a page. */
export function headingOf({ body }: PageAnswer): string {
  return /<h1>([^<]*)<\/h1>/.exec(body)?.[1] ?? '';
}
