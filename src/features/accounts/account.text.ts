import { count } from '../../lib/plain-text';
import { mostApiTokens, type TokenProblem, tokenNameLimit } from '../credentials/api-tokens.types';
import type { SessionUser } from '../sessions/sessions.types';

const signInWays: Readonly<Record<SessionUser['authSystem'], string>> = {
  internal: 'By e-mail and a password of yours. To change it, ask one of your admins for a link.',
  ldap: 'By e-mail and your company’s password (LDAP)',
  sso: 'By SSO',
};

const tokenProblems: Readonly<Record<TokenProblem, string>> = {
  missing: 'Enter a name for the token, such as what will use it.',
  too_long: `Enter a name of at most ${count(tokenNameLimit, 'character')}.`,
  taken: 'You have a token of this name. Enter another one, or revoke that one first.',
  too_many: `You have ${mostApiTokens} tokens, and that is as many as one person can have. Revoke one first.`,
  too_many_today: 'You have made very many tokens today. Make the next one tomorrow.',
};

export const accountText = {
  title: 'Your account',
  name: 'Name',
  email: 'E-mail',
  signIn: 'Sign-in',
  signInWay: (system: SessionUser['authSystem']) => signInWays[system],
  role: 'Role',
  admin: 'Administrator',
  signOut: 'Sign out',
  sessions: 'Your sessions',
  sessionsLead: 'Where you are signed in. All tabs of one browser are one session.',
  end: 'End',
  endAbout: (client: string, started: string) => `the session ${client}, started ${started}`,
  endOthers: 'End all others',
  tokens: 'API tokens',
  tokensLead:
    'A program that works for you shows a token instead of your password. It may do whatever you may, so give each its own and revoke it once it is not needed.',
  noTokens: 'You have none.',
  made: (when: string) => `Made ${when}`,
  used: (when: string) => `Last used ${when}`,
  neverUsed: 'Never used',
  revoke: 'Revoke',
  revokeAbout: (name: string) => `the token ${name}`,
  tokenName: 'Name of a new token',
  make: 'Make a token',
  tokenProblem: (problem: TokenProblem) => tokenProblems[problem],
  newToken: (name: string) => `Your new token “${name}”`,
  newTokenLead: 'Copy it now and keep it as safe as a password: it is not shown again.',
  newTokenLabel: 'Token',
};

/** What was just done, by the word that the address says it with. */
const doneSentences: ReadonlyMap<string, string> = new Map([
  ['session-ended', 'The session is ended.'],
  ['sessions-ended', 'All your other sessions are ended.'],
  ['token-revoked', 'The token is revoked. A program that shows it is refused from now on.'],
  ['gone', 'That was done already, so nothing was changed now.'],
]);

/** The sentence for a word of the address, if it is one of ours. */
export function doneSentence(word: string): string | null {
  return doneSentences.get(word) ?? null;
}
