import { endSession } from '../../../src/features/sessions/end-sessions.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { minute } from '../../../src/lib/duration';
import { actingAs } from '../../../src/platform/context';
import { characters, messageCharacters } from '../../../src/platform/slack/blocks';
import { actorFor, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { signedIn, startChecked } from '../../support/sessions';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const general = '#general';
  const user = async (name: string) =>
    database
      .db('users')
      .where({ email: `${name}@example.com` })
      .first();
  /** A session each, a minute apart; the first is the oldest. */
  const scene = async () => {
    const grace = await insertUser(database.db, { email: 'grace@x.example' });
    const { id: ben } = await user('ben');
    const sessions: Record<string, Awaited<ReturnType<typeof signedIn>>> = {};
    for (const [userId, client, kind] of [
      [ben, 'ben-web', 'web'],
      [grace.id, 'grace-web', 'web'],
      [ben, 'ben-api', 'api'],
      [ben, 'ben-explorer', 'explorer'],
      [grace.id, 'grace-late', 'web'],
    ] as const) {
      sessions[client] = await signedIn(usher.ctx, userId, client, kind);
      await database.db('sessions').where({ client_id: client }).update({ client_name: client });
      usher.clock.advance(minute);
    }
    return { sessions, ben, grace: grace.id };
  };
  const clients = (shown: Parameters<typeof textOf>[0]) =>
    textOf(shown)
      .split('\n')
      .flatMap((line) => /^((?:ben|grace)-\w+) {2}·/.exec(line)?.[1] ?? []);
  const rowOf = (client: string) => ({ name: 'end-session', within: client });
  const stateOf = async (token: string | undefined) => readSession(usher.ctx, token ?? '');

  test('R80: the number of current active sessions is told, without those of the explorer', async () => {
    expect(textOf(await usher.as('ada').ask(general, '/sessions'))).toContain('0 active sessions');
    await scene();
    const shown = textOf(await usher.as('ada').ask(general, '/sessions'));
    expect(shown).toContain('4 active sessions');
    expect(textOf(await usher.as('ada').home('Active sessions'))).toContain('Active sessions: 4');
  });

  test('R81: the list shows every current active session except those of the explorer', async () => {
    await scene();
    const shown = await usher.as('ada').ask(general, '/sessions');
    expect(shown.ephemeral).toBe(true);
    expect(clients(shown)).toEqual(['grace-late', 'ben-api', 'grace-web', 'ben-web']);
    expect(textOf(shown)).toContain('ben@example.com\nben-api  ·  API  ·  192.0.2.7\nStarted ');
    expect(textOf(shown)).toContain('last request');
    expect(textOf(shown)).not.toContain('ben-explorer');
  });

  test('R82: typing a login e-mail filters the list, in the command and in the field', async () => {
    await scene();
    const ada = usher.as('ada');
    const ofBen = await ada.ask(general, '/sessions BEN@example.com');
    expect(clients(ofBen)).toEqual(['ben-api', 'ben-web']);
    expect(textOf(ofBen)).toContain('2 active sessions  with “BEN@example.com”');
    await ada.choose(ofBen, 'Filter by e-mail', 'grace@x');
    const ofGrace = await ada.waitForMessage('with “grace@x”');
    expect([ofGrace.ts, clients(ofGrace)]).toEqual([ofBen.ts, ['grace-late', 'grace-web']]);
    await ada.click(ofGrace, 'Show everybody');
    expect(clients(await ada.waitForMessage('4 active sessions'))).toHaveLength(4);
    expect(clients(await ada.ask(general, '/sessions @ben'))).toEqual(['ben-api', 'ben-web']);
    expect(textOf(await ada.ask(general, '/sessions b_n@'))).toContain(
      'Nobody whose address holds “b_n@” is signed in.',
    );
  });

  test('R83: choosing a column sorts the list, and the order stays while it is filtered and refreshed', async () => {
    await scene();
    const ada = usher.as('ada');
    const shown = await ada.ask(general, '/sessions');
    const sorted = async (order: string) => {
      await ada.choose(shown, { within: 'Last request, latest first', name: 'sort-sessions:' }, order);
      return clients(await ada.waitForMessage('4 active sessions'));
    };
    expect(await sorted('Client, A to Z')).toEqual(['ben-api', 'ben-web', 'grace-late', 'grace-web']);
    expect(await sorted('Client, Z to A')).toEqual(['grace-web', 'grace-late', 'ben-web', 'ben-api']);
    expect(await sorted('Started, earliest first')).toEqual(['ben-web', 'grace-web', 'ben-api', 'grace-late']);
    expect(await sorted('Kind, API first')).toEqual(['ben-api', 'ben-web', 'grace-web', 'grace-late']);
    // Equal ones stay in the order of their start, or its reverse, however often the list is drawn.
    expect(await sorted('E-mail, A to Z')).toEqual(['ben-web', 'ben-api', 'grace-web', 'grace-late']);
    const now = ada.again(shown) ?? shown;
    await ada.choose(now, 'Filter by e-mail', 'example');
    const filtered = await ada.waitForMessage('with “example”');
    await ada.click(filtered, 'Refresh');
    expect(clients(await ada.waitForMessage('with “example”'))).toEqual([
      'ben-web',
      'ben-api',
      'grace-web',
      'grace-late',
    ]);
    expect(textOf(filtered)).toContain('{E-mail, A to Z: ');
  });

  test('R84: an admin ends one session from the list, after a question; its next request is told why', async () => {
    const { sessions } = await scene();
    const ada = usher.as('ada');
    const shown = await ada.ask(general, '/sessions');
    expect(JSON.stringify(shown.blocks)).toContain('told that an administrator ended the session');
    await ada.click(shown, rowOf('ben-web'));
    const after = await ada.waitForMessage('Ended the session of ben@example.com: ben-web');
    expect([after.ts, clients(after)]).toEqual([shown.ts, ['grace-late', 'ben-api', 'grace-web']]);
    expect(await stateOf(sessions['ben-web']?.token)).toEqual({ state: 'ended', reason: 'admin' });
    expect(await stateOf(sessions['ben-api']?.token)).toMatchObject({ state: 'active' });
    const [line] = await database.db('audit_events').where({ action: 'session.ended' });
    expect(line).toMatchObject({ subject_label: 'ben@example.com', actor_label: 'ada@example.com' });
  });

  test('a session that ended meanwhile, or whose user was deleted, is said to be so and changes nothing', async () => {
    const { sessions, grace } = await scene();
    const ada = usher.as('ada');
    const shown = await ada.ask(general, '/sessions');
    const id = sessions['ben-web']?.session.id ?? 0;
    const { id: adaId } = await user('ada');
    await endSession(actingAs(usher.ctx, actorFor({ id: adaId, email: 'ada@example.com' })), id);
    await ada.click(shown, rowOf('ben-web'));
    const after = await ada.waitForMessage('had ended already');
    expect(textOf(after)).toContain('Nothing was changed: the session of ben@example.com');
    expect(await database.db('audit_events').where({ action: 'session.ended' })).toHaveLength(1);
    await database.db('users').where({ id: grace }).del();
    await ada.click(after, rowOf('grace-web'));
    await ada.waitForMessage('This session is not there any more.');
    await ada.choose(after, 'end-user-sessions', 'grace@x.example');
    await ada.modal('This person was deleted meanwhile');
  });

  test('a click of somebody who is no admin any more is refused, and two clicks end one session once', async () => {
    const { sessions } = await scene();
    const ada = usher.as('ada');
    const shown = await ada.ask(general, '/sessions');
    await Promise.all([ada.click(shown, rowOf('ben-web')), ada.click(shown, rowOf('ben-web'))]);
    await ada.waitForMessage('had ended already');
    expect(await database.db('audit_events').where({ action: 'session.ended' })).toHaveLength(1);
    await database.db('users').where({ email: 'ada@example.com' }).update({ is_admin: false });
    await ada.click(shown, rowOf('grace-web'));
    await ada.waitForMessage('Only an active admin of this site may do that.');
    expect(await stateOf(sessions['grace-web']?.token)).toMatchObject({ state: 'active' });
  });

  test('all sessions of somebody end after they were shown with their number, and a repeat changes nothing', async () => {
    const { sessions } = await scene();
    const ada = usher.as('ada');
    await ada.command(general, '/sessions end ben@example.com');
    const plan = textOf(await ada.modal('All sessions of Ben Okri'));
    expect(plan).toContain('1 web, 1 API and 1 of the explorer');
    expect(plan).toContain('ben-web  ·  Web  ·  192.0.2.7');
    expect(plan).toContain('[End 3 sessions]');
    expect(await stateOf(sessions['ben-web']?.token)).toMatchObject({ state: 'active' });
    await Promise.all([ada.submit(), ada.submit()]);
    await ada.modal('Ended 3 sessions of ben@example.com.');
    await usher.driver.idle();
    expect(textOf(await ada.modal())).toContain('Ended 3 sessions of ben@example.com.');
    for (const name of ['ben-web', 'ben-api', 'ben-explorer'])
      expect(await stateOf(sessions[name]?.token)).toEqual({ state: 'ended', reason: 'admin' });
    expect(await stateOf(sessions['grace-web']?.token)).toMatchObject({ state: 'active' });
    await ada.closeModal();
    await ada.command(general, '/sessions end ben@example.com');
    await ada.modal('Ben Okri is not signed in anywhere.');
  });

  test('one session is ended by its number; a number that is none, or an address of nobody, is told', async () => {
    const { sessions } = await scene();
    const ada = usher.as('ada');
    const id = sessions['ben-web']?.session.id ?? 0;
    expect(textOf(await ada.ask(general, `/sessions end ${id}`))).toContain('Ended the session of ben@example.com');
    expect(textOf(await ada.ask(general, `/sessions end ${id}`))).toContain('had ended already');
    expect(textOf(await ada.ask(general, '/sessions end 999999'))).toContain('This session is not there any more.');
    expect(textOf(await ada.ask(general, '/sessions end'))).toContain('Usage: /sessions end EMAIL');
    await ada.command(general, '/sessions end bem@example.com');
    await ada.modal('Did you mean ben@example.com?');
  });

  test('addresses that look alike are told apart, and a look-alike letter in a filter is named', async () => {
    const { sessions } = await scene();
    const twin = await insertUser(database.db, { email: 'bеn@example.com' });
    const its = await signedIn(usher.ctx, twin.id, 'twin');
    const ada = usher.as('ada');
    expect(textOf(await ada.ask(general, '/sessions bеn@example.com'))).toContain('1 active session ');
    expect(textOf(await ada.ask(general, '/sessions grаce@'))).toContain('such as “а”');
    await ada.command(general, '/sessions end bеn@example.com');
    await ada.modal('1 web');
    await ada.submit();
    await ada.modal('Ended 1 session of');
    expect(await stateOf(its.token)).toEqual({ state: 'ended', reason: 'admin' });
    expect(await stateOf(sessions['ben-web']?.token)).toMatchObject({ state: 'active' });
  });

  test('a long list is turned page by page within the limits of a message, however long the names are', async () => {
    const email = `${'l'.repeat(64)}@${'long-label-of-a-domain.'.repeat(7)}example`;
    const person = await insertUser(database.db, { email });
    for (let index = 0; index < 25; index += 1) {
      await startChecked(usher.ctx, {
        userId: person.id,
        kind: 'api',
        client: {
          clientId: `c${index}`,
          clientName: `<!channel> & *${'Ж'.repeat(110)}`,
          ip: '2001:db8::ffff:ffff:ffff',
        },
      });
    }
    const ada = usher.as('ada');
    const first = await ada.ask(general, `/sessions ${email.slice(0, 200)}`);
    expect(characters(first.blocks)).toBeLessThan(messageCharacters);
    expect(textOf(first)).toContain('page 1 of 3');
    expect(textOf(first)).toContain('<!channel> & *');
    await ada.click(first, 'Next →');
    const second = await ada.waitForMessage('page 2 of 3');
    await ada.click(second, 'Next →');
    const third = await ada.waitForMessage('page 3 of 3');
    expect(textOf(third)).not.toContain('Next →');
    await ada.click(third, '← Previous');
    await ada.waitForMessage('page 2 of 3');
    await ada.command(general, `/sessions end ${email}`);
    expect(textOf(await ada.modal('25 API'))).toContain('and 5 more');
  });

  test('on the Home the list opens in a modal, where it is filtered, sorted and ended in place', async () => {
    const { sessions } = await scene();
    const ada = usher.as('ada');
    await ada.click(await ada.home('Active sessions: 4'), 'show-sessions');
    const list = await ada.modal('4 active sessions');
    await ada.choose(list, { within: 'Last request, latest first', name: 'sort-sessions:' }, 'Client, A to Z');
    const sorted = await ada.modal((shown) => clients(shown)[0] === 'ben-api');
    await ada.click(sorted, rowOf('ben-api'));
    await ada.modal('Ended the session of ben@example.com');
    expect(await stateOf(sessions['ben-api']?.token)).toEqual({ state: 'ended', reason: 'admin' });
    await ada.fill({ 'Filter by e-mail': 'grace' });
    await ada.submit();
    expect(clients(await ada.modal('with “grace”'))).toEqual(['grace-late', 'grace-web']);
    await ada.choose(await ada.modal(), 'end-user-sessions', 'grace@x.example');
    await ada.modal('All sessions of');
    await ada.submit();
    await ada.modal('Ended 2 sessions of grace@x.example.');
    expect(ada.stack()).toHaveLength(2);
  });

  test('a person’s card tells their sessions and ends them all', async () => {
    const { grace } = await scene();
    const ada = usher.as('ada');
    const card = await ada.ask(general, '/users show ben@example.com');
    expect(textOf(card)).toContain('Sessions  1 web, 1 API and 1 of the explorer');
    await ada.click(card, 'End all sessions…');
    await ada.modal('All sessions of Ben Okri');
    await ada.closeModal();
    await ada.click(await ada.ask(general, '/users show grace@x.example'), 'End all sessions…');
    await ada.modal('2 web');
    await ada.submit();
    await ada.modal('Ended 2 sessions');
    expect(await database.db('sessions').where({ user_id: grace }).whereNull('ended_at')).toEqual([]);
    await ada.closeModal();
    const after = await ada.ask(general, '/users show grace@x.example');
    expect(textOf(after)).toContain('Sessions  none');
    expect(textOf(after)).not.toContain('End all sessions…');
  });

  test('who is no admin sees and ends their own sessions, by command and on the Home, and nobody else’s', async () => {
    const { sessions } = await scene();
    const ben = usher.as('ben');
    const own = await ben.ask(general, '/sessions');
    expect(textOf(own)).toContain('Your sessions: 3');
    expect(textOf(own)).not.toContain('grace');
    await ben.click(own, { name: 'end-own-session', within: 'ben-api' });
    await ben.waitForMessage('Ended your session: ben-api');
    expect(await stateOf(sessions['ben-api']?.token)).toEqual({ state: 'ended', reason: 'signed_out' });
    expect(textOf(await ben.ask(general, '/sessions grace@x.example'))).toContain('Only an active admin');
    const other = sessions['grace-web']?.session.id ?? 0;
    expect(textOf(await ben.ask(general, `/sessions end ${other}`))).toContain('This session is not there any more.');
    await ben.command(general, '/sessions end grace@x.example');
    await ben.modal('Only an active admin');
    await ben.closeModal();
    expect(await stateOf(sessions['grace-web']?.token)).toMatchObject({ state: 'active' });
    await ben.click(await ben.home('Your sessions: 2'), 'show-own-sessions');
    await ben.click(await ben.modal('ben-web'), { name: 'end-own-session', within: 'ben-web' });
    // Nobody can hide from Ben in a session that admins do not see.
    await ben.click(await ben.modal('Your sessions: 1'), { name: 'end-own-session', within: 'ben-explorer' });
    await ben.modal('You are not signed in anywhere right now.');
    expect(textOf(await usher.as('uma').ask(general, '/sessions'))).toContain('belongs to nobody on the platform');
  });

  test('a slip of a verb is met with the verb, and help tells what there is', async () => {
    const ada = usher.as('ada');
    expect(textOf(await ada.ask(general, '/sessions setings'))).toContain('Did you mean “settings”?');
    expect(textOf(await ada.ask(general, '/sessions help'))).toContain('/sessions end EMAIL or SESSION_ID');
  });
});
