import type { FastifyPluginAsync } from 'fastify';
import type { Context } from '../../platform/context';
import { accountPage } from './account.pages';
import { accountPages } from './accounts.pages';
import { sessionChoicePages } from './session-choice.pages';
import { signInPages } from './sign-in.pages';
import { signOutPages } from './sign-out.pages';
import { ssoPages } from './sso/sso.pages';

/** All pages with which people get at their own account. */
export function accountRoutes(ctx: Context): FastifyPluginAsync[] {
  return [accountPages, signInPages, sessionChoicePages, ssoPages, signOutPages, accountPage].map((pages) =>
    pages(ctx),
  );
}
