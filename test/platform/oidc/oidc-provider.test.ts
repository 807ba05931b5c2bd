import { systemClock } from '../../../src/lib/clock';
import { createLogger } from '../../../src/platform/logging';
import { createOidcProvider } from '../../../src/platform/oidc/oidc-provider';
import { testConfig } from '../../support/context';
import { type ScriptedIssuer, startScriptedIssuer } from '../../support/scripted-issuer';

let issuer: ScriptedIssuer;
beforeAll(async () => {
  issuer = await startScriptedIssuer();
});
afterAll(() => issuer?.stop());

test('where addresses are the usernames, one that the provider has not verified is none', async () => {
  const config = testConfig({ ...issuer.settings, OIDC_USERNAME_CLAIM: 'email' }).oidc;
  if (config === null) throw new Error('no provider');
  const callbackUrl = 'http://usher.test/sign-in/sso/callback';
  const provider = createOidcProvider(config, { callbackUrl, clock: systemClock, log: createLogger('silent') });
  const answerTo = async (told: Readonly<Record<string, unknown>>) => {
    const begun = await provider.begin(false);
    if (begun === null) throw new Error('the provider cannot be asked');
    issuer.tokenAnswer(issuer.signed({ ...issuer.rightClaims(begun.url), ...told }));
    return provider.finish(`?${new URLSearchParams({ code: 'the-code', state: begun.secrets.state })}`, begun.secrets);
  };
  const email = 'grace@example.com';
  expect(await answerTo({ email, email_verified: false })).toEqual({ kind: 'nameless' });
  expect(await answerTo({ email, email_verified: true })).toEqual({ kind: 'known', username: email });
  expect(await answerTo({ email })).toEqual({ kind: 'known', username: email });
});
