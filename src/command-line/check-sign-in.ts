import type { Logger } from 'pino';
import type { Config } from '../config';
import { ssoCallbackUrl, type Tried, tryDirectory, tryProvider } from '../features/auth-systems/auth-systems.service';
import { conditionWords } from '../features/auth-systems/auth-systems.text';
import { systemClock } from '../lib/clock';
import { type Finding, ill, reasonOf, well } from './findings';

/** Whether the directory and the provider of sign-ins are as the settings expect. Nobody is signed in. */
export async function* checkSignIn(config: Config, log: Logger): AsyncGenerator<Finding> {
  const { ldap, oidc } = config;
  if (ldap === null && oidc === null) {
    yield well('Neither LDAP nor SSO is set: people sign in by a password of Usher.');
    return;
  }
  if (ldap !== null) {
    const tried = await tryDirectory(ldap, log);
    const { protocol, host } = new URL(ldap.url);
    const means = protocol === 'ldaps:' ? 'by TLS' : ldap.startTls ? 'by StartTLS' : 'without encryption';
    const { lookup } = ldap;
    const found =
      lookup.by === 'template'
        ? 'Whether LDAP_BIND_DN_TEMPLATE leads to people shows when one signs in'
        : `It takes ${lookup.bindDn === null ? 'searches by anybody' : 'LDAP_BIND_DN'} and has ${lookup.base}`;
    yield tried.condition === 'answers'
      ? well(`The directory ${protocol}//${host} answers ${means}. ${found}.`)
      : illBy(`LDAP at ${protocol}//${host}`, tried);
  }
  if (oidc !== null) {
    const tried = await tryProvider(oidc, { config, log, clock: systemClock });
    const issuer = shownAddress(oidc.issuer);
    yield tried.condition === 'answers'
      ? well(`The provider ${issuer} describes itself, by the name in OIDC_ISSUER.`)
      : illBy(`SSO at ${issuer}`, tried);
    yield well(`The provider has to know this address as redirect URI: ${ssoCallbackUrl({ config })}`);
  }
}

/** Without what some put into an address to be let in. */
function shownAddress(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function illBy(where: string, tried: Tried): Finding {
  const { what, todo } = conditionWords(tried);
  const reason = tried.reason === null ? '' : ` (${reasonOf(tried.reason)})`;
  return ill(`${where}: ${what}${reason}.`, todo ?? '');
}
