import { forEachDatabase } from '../../../support/databases';
import { type OidcServer, startOidcServer } from '../../../support/oidc-server';
import { headingOf, type SsoScene, ssoScene } from './sso-scene';

let server: OidcServer;
beforeAll(async () => {
  server = await startOidcServer({
    grace: { preferred_username: 'Grace.H', email: 'grace@example.com' },
    shouting: { preferred_username: 'GRACE.H' },
  });
});
afterAll(() => server?.stop());

forEachDatabase((database) => {
  let scene: SsoScene;
  afterEach(() => scene.usher.stop());

  test('somebody signs in at the provider and arrives where they wanted to go, as themselves', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const answer = await scene.comeBack(
      visitor,
      await server.signIn(await scene.begin(visitor, '/sign-in/sso?return_to=%2Faccount%3Fx%3D1'), 'grace'),
    );
    expect([answer.status, headingOf(answer), answer.headers.get('location')]).toEqual([303, '', '/account?x=1']);
    expect(await scene.openSessions()).toEqual([{ user_id: scene.userId }]);
    expect((await visitor.get('/account')).body).toContain('grace@example.com');
  });
});
