import { forEachDatabase } from '../support/databases';
import { newVisitor, type Visitor } from '../support/pages';
import { textOf } from '../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../support/usher';

const password = 'teal kite moon';
const location = (answer: { headers: Headers }) => answer.headers.get('location');

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  /** Grace was invited and has accepted; what she is shown then. */
  async function graceComes(): Promise<string> {
    await usher.as('ada').ask('#general', '/users invite grace@x.example');
    const { pathname, search } = new URL(linkIn((await usher.mailsTo('grace@x.example'))[0]));
    const names = { firstName: 'Grace', lastName: 'Hopper' };
    const fields = { ...names, password, passwordAgain: password };
    return (await newVisitor(usher.origin).fillIn(`${pathname}${search}`, fields)).body;
  }
  const signIn = (visitor: Visitor) => visitor.fillIn('/sign-in', { email: 'grace@x.example', password });

  test('R21 from the page that says the account is active one goes on to signing in, with the password just chosen', async () => {
    const onward = /href="(\/sign-in)"/.exec(await graceComes())?.[1] ?? 'no link';
    const visitor = newVisitor(usher.origin);
    const answer = await visitor.fillIn(onward, { email: 'grace@x.example', password });
    expect([answer.status, location(answer)]).toEqual([303, '/account']);
    expect((await visitor.get('/account')).body).toContain('Grace Hopper');
  });

  test('R84 R85 an admin ends one session from Slack, and its person is told so at the next request', async () => {
    await graceComes();
    const [desk, phone] = [newVisitor(usher.origin), newVisitor(usher.origin)];
    for (const browser of [desk, phone]) await signIn(browser);
    const { id } = await database.db('sessions').orderBy('id').first('id');
    const said = textOf(await usher.as('ada').ask('#general', `/sessions end ${id}`));
    expect(said).toContain('Ended the session of grace@x.example');
    const next = await desk.get('/account');
    expect(next.status).toBe(303);
    expect((await desk.get(location(next) ?? '')).body).toContain('Your session was ended by an administrator.');
    expect((await phone.get('/account')).status).toBe(200);
  });

  test('whoever is disabled from Slack is signed out at the next request, and cannot sign in again', async () => {
    await graceComes();
    const visitor = newVisitor(usher.origin);
    await signIn(visitor);
    const ada = usher.as('ada');
    await ada.click(await ada.ask('#general', '/users disable grace@x.example'), 'Confirm');
    await ada.waitForMessage('Disabling people is done');
    expect((await visitor.get('/account')).status).toBe(303);
    expect((await visitor.get('/sign-in')).body).toContain('because your account was disabled');
    const again = await signIn(visitor);
    expect([again.status, again.body.includes('do not open an account here')]).toEqual([422, true]);
  });
});
