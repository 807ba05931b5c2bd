import { count, shorten } from '../../lib/plain-text';
import type { LdapCondition } from '../../platform/ldap/ldap-directory';
import type { OidcCondition } from '../../platform/oidc/oidc-provider';
import type { Tried } from './auth-systems.service';
import {
  type AuthOverview,
  type ExternalSystem,
  type SiteSwitch,
  type SwitchCounts,
  type Switched,
  type SwitchPlan,
  type SystemState,
  settingOf,
  type TakenName,
} from './auth-systems.types';
import { leftSystem } from './decide-switch';

export const systemNames: Readonly<Record<ExternalSystem, string>> = { ldap: 'LDAP', sso: 'SSO' };

const people = (number: number) => count(number, 'person', 'people');
const verb = (number: number, one: string, many: string) => (number === 1 ? one : many);

function activeOf({ people: all, active }: { readonly people: number; readonly active: number }): string {
  if (all === 0) return 'Nobody signs in by it.';
  return `${people(all)}, ${active === all ? 'all' : active === 0 ? 'none' : active.toLocaleString('en-US')} of them active.`;
}

export function internalSentence(internal: AuthOverview['internal']): string {
  return `Always on. ${activeOf(internal)}`;
}

/** What one external system is like now. */
export function systemSentences(system: ExternalSystem, state: SystemState): string[] {
  const name = systemNames[system];
  return [
    `Switched ${state.isOn ? 'on' : 'off'}. ${activeOf(state)}`,
    `${count(state.usernames, `${name} username`)} stored.`,
    state.server === null
      ? `Not set up: ${settingOf[system]} is not set where Usher runs.${state.isOn ? ' Nobody can sign in by it until it is.' : ` Ask whoever runs Usher to set it; ${name} can be switched on then.`}`
      : `Set up: ${shorten(state.server, 200)}`,
  ];
}

/** What is so, and what to do about it where it is not well. */
interface ConditionWords {
  readonly what: string;
  readonly todo: string | null;
}

const ldapConditions: Readonly<Record<LdapCondition, ConditionWords>> = {
  answers: {
    what: 'the directory answers as the settings expect. Whether a person is let in shows when they sign in',
    todo: null,
  },
  unreachable: {
    what: 'there is no connection to the directory',
    todo: 'check LDAP_URL, and that it can be reached from here',
  },
  not_trusted: {
    what: 'the directory’s certificate is not believed',
    todo: 'check that LDAP_URL has the name in the certificate, and set LDAP_CA_FILE to the certificates of who signed it',
  },
  late: {
    what: 'the directory does not answer in time',
    todo: 'check that it is up, or raise LDAP_TIMEOUT_SECONDS',
  },
  not_encrypted: {
    what: 'the directory takes no password that is not encrypted',
    todo: 'take LDAP_STARTTLS=false away, or set LDAP_URL to ldaps://',
  },
  no_start_tls: {
    what: 'the directory has no StartTLS',
    todo: 'set LDAP_URL to ldaps://; only where nobody else hears the network, set LDAP_STARTTLS=false',
  },
  account_refused: {
    what: 'the directory refuses the account that searches',
    todo: 'check LDAP_BIND_DN and LDAP_BIND_PASSWORD, and that it may search',
  },
  no_place: {
    what: 'the directory does not know the place where people are looked for',
    todo: 'check LDAP_SEARCH_BASE or LDAP_BIND_DN_TEMPLATE, and that the account that searches may see it',
  },
  failed: {
    what: 'the directory answers something else than the settings expect',
    todo: 'check the settings that begin with LDAP_',
  },
};

const ssoConditions: Readonly<Record<OidcCondition, ConditionWords>> = {
  answers: {
    what: 'the provider answers and describes itself. Whether a person is let in shows when they sign in',
    todo: null,
  },
  unreachable: {
    what: 'there is no connection to the provider',
    todo: 'check OIDC_ISSUER, and that it can be reached from here',
  },
  not_trusted: {
    what: 'the provider’s certificate is not believed',
    todo: 'check OIDC_ISSUER; where your own authority signed it, start Usher with NODE_EXTRA_CA_CERTS',
  },
  late: { what: 'the provider does not answer in time', todo: 'check that it is up and OIDC_ISSUER is right' },
  no_place: {
    what: 'the provider does not describe itself at OIDC_ISSUER',
    todo: 'check it: with /.well-known/openid-configuration behind it a browser shows the description',
  },
  other_issuer: {
    what: 'the provider calls itself otherwise than OIDC_ISSUER does',
    todo: 'set OIDC_ISSUER to the “issuer” of its description, letter by letter, also the slash at the end',
  },
  failed: {
    what: 'the provider describes itself otherwise than sign-in needs it',
    todo: 'check OIDC_ISSUER',
  },
};

/** What came of trying a system. */
export function conditionWords(tried: Tried): ConditionWords {
  return tried.system === 'ldap' ? ldapConditions[tried.condition] : ssoConditions[tried.condition];
}

/** The same as sentences, for a form. */
export function conditionSentence(tried: Tried): string {
  const { what, todo } = conditionWords(tried);
  const words = [what, ...(todo === null ? [] : [todo, 'the log of Usher says more'])];
  const sentences = words.map((each) => `${each.charAt(0).toUpperCase()}${each.slice(1)}.`);
  return `${systemNames[tried.system]}: ${sentences.join(' ')}`;
}

export function switchTitle({ system, to }: Pick<SiteSwitch, 'system' | 'to'>): string {
  return `Switch ${systemNames[system]} ${to}`;
}

export const reuseLabel = 'Use the LDAP usernames as SSO usernames';

/** `“ada” of ada@example.com is the SSO username of ben@example.com`. */
export function takenSentence({ user, username, holder }: TakenName): string {
  return `“${shorten(username, 80)}” of ${user.email} is the SSO username of ${holder}`;
}

/** Where people end up, a sentence each; the same before and after. */
function whereTo(counts: SwitchCounts, tense: 'will' | 'did'): string[] {
  const { toSso, toPassword, withoutPassword, inactive } = counts;
  const now = tense === 'will' ? 'then' : 'now';
  const become = (number: number) =>
    tense === 'will' ? verb(number, 'becomes', 'become') : `${verb(number, 'is', 'are')} now`;
  return [
    ...(toSso > 0
      ? [
          `${people(toSso)} ${verb(toSso, 'signs', 'sign')} in by SSO ${now}, and ${verb(toSso, 'gets', 'get')} a mail that says so.`,
        ]
      : []),
    ...(toPassword > 0
      ? [
          `${people(toPassword)} ${verb(toPassword, 'signs', 'sign')} in by the password they had before, and ${verb(toPassword, 'gets', 'get')} a mail that says so.`,
        ]
      : []),
    ...(withoutPassword > 0
      ? [
          `${people(withoutPassword)} ${become(withoutPassword)} internal without a password: they cannot sign in before you send reset links, which is the next step.`,
        ]
      : []),
    ...(inactive > 0
      ? [`${people(inactive)} who ${verb(inactive, 'is', 'are')} disabled or invited ${become(inactive)} internal.`]
      : []),
  ];
}

/** What a switch would do, a sentence each, with exact counts. */
export function consequences({ change, counts, endsLdap, ssoOnAfter }: SwitchPlan): string[] {
  const { cleared, people: switched, reused, kept, taken } = counts;
  const left = leftSystem(change);
  const name = systemNames[change.system];
  if (left === null) return [`People can be given ${name} in forms and spreadsheets. Nobody changes by this alone.`];
  return [
    ...(endsLdap && change.system === 'sso' ? ['LDAP is switched off with it.'] : []),
    ...(cleared > 0
      ? [`${count(cleared, 'LDAP username is', 'LDAP usernames are')} cleared, for good.`]
      : ['No LDAP username is stored, so none is cleared.'].slice(0, left === 'ldap' ? 1 : 0)),
    ...(left === 'sso' ? ['SSO usernames stay with their people.'] : []),
    ...(reused > 0
      ? [`${count(reused, 'LDAP username becomes an SSO username', 'LDAP usernames become SSO usernames')}.`]
      : []),
    ...(kept > 0
      ? [`${people(kept)} ${verb(kept, 'has', 'have')} an SSO username already and ${verb(kept, 'keeps', 'keep')} it.`]
      : []),
    ...(taken > 0
      ? [
          `${count(taken, 'LDAP username is', 'LDAP usernames are')} the SSO username of somebody else; nothing of theirs is overwritten.`,
        ]
      : []),
    switched === 0
      ? `Nobody signs in by ${systemNames[left]}, so nobody’s sign-in changes.`
      : `${people(switched)} ${verb(switched, 'signs', 'sign')} in by ${systemNames[left]} and ${verb(switched, 'is', 'are')} signed out everywhere.`,
    ...whereTo(counts, 'will'),
    ...(left === 'ldap' && change.reuseNames && !ssoOnAfter
      ? ['SSO is off, so nobody signs in by it yet; the usernames are there for when it is on.']
      : []),
  ];
}

/** `12,000 of 20,000 people are switched …` */
export function switchingSentence(done: number, total: number): string {
  return `${done.toLocaleString('en-US')} of ${people(total)} ${verb(total, 'is', 'are')} switched …`;
}

/** What a switch did. */
export function switchedSentences({ change, counts, sessionsEnded }: Switched): string[] {
  const { cleared, reused } = counts;
  return [
    ...(cleared > 0 ? [`${count(cleared, 'LDAP username was', 'LDAP usernames were')} cleared.`] : []),
    ...(reused > 0
      ? [`${count(reused, 'LDAP username is an SSO username', 'LDAP usernames are SSO usernames')} now.`]
      : []),
    ...whereTo(counts, 'did'),
    ...(counts.people > 0 ? [`${count(sessionsEnded, 'session')} ended. API tokens stay.`] : []),
    ...(leftSystem(change) !== null && counts.people + cleared === 0 ? ['Nobody’s sign-in changed.'] : []),
    ...(leftSystem(change) === null ? ['People can be given it with /users edit, /users batch or a spreadsheet.'] : []),
  ];
}

/** Words about the workbook of those who leave. */
export const exportFile = (change: SiteSwitch) => ({
  name: `People before ${switchTitle(change)}.xlsx`,
  comment:
    'Everybody whom the switch touches, with their usernames. Edited and sent back to me, the file updates them.',
});
