// A real OpenID provider as a process of its own: `node oidc-program.mjs PORT CLIENT_ID CLIENT_SECRET PEOPLE`, the last a
// JSON object of claims by login. Any password is right. It says `listening` once it does.
import Provider from 'oidc-provider';

const [port, clientId, clientSecret, people] = process.argv.slice(2);
const claimsByLogin = new Map(Object.entries(JSON.parse(people)));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: ['http://127.0.0.1/sign-in/sso/callback'],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'] },
  pkce: { required: () => true },
  cookies: { keys: ['a key of tests'] },
  async findAccount(_ctx, login) {
    const claims = claimsByLogin.get(login);
    return claims && { accountId: login, claims: async () => ({ sub: login, ...claims }) };
  },
});
// The port of the program under test is not known beforehand.
provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/sso\/callback$/.test(uri);

provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
