import { createHmac } from 'node:crypto';
import { workbookOf } from '../../features/imports/import-scene';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  afterEach(() => usher.stop());

  test.each([
    ['Socket Mode', true],
    ['signed HTTP', false],
  ])('commands, forms, menus, suggestions, files and Home work over %s', async (_name, socketMode) => {
    usher = await startUsher(database, { socketMode });
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/users'))).toContain('2 of 50 seats taken');
    await ada.command('#general', '/users invite');
    const form = await ada.modal('E-mail addresses');
    expect((await ada.suggestions(form, 'Projects', 'sam')).map(({ text }) => text.text)).toEqual(['Sample Project']);
    await ada.fill({ 'E-mail addresses': 'grace@x.example' });
    await ada.submit();
    await ada.modal('Invited 1 person');
    await ada.closeModal();
    await ada.upload('#imports', 'people.xlsx', await workbookOf([{ 'Login Email': 'linus@x.example' }]));
    const shown = await ada.waitForMessage('1 to invite', { timeoutMs: 15_000 });
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', { timeoutMs: 15_000 });
    await ada.home('4 of 50 seats taken');
    usher.driver.expectPrompt();
  });

  test('a request that is not signed by Slack is refused and does nothing', async () => {
    usher = await startUsher(database);
    const body = new URLSearchParams({
      command: '/users',
      text: 'invite evil@x.example',
      user_id: usher.as('ada').id,
      trigger_id: 'x',
    });
    const stale = String(Math.floor(Date.now() / 1000) - 3600);
    for (const headers of [{}, { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': stale }]) {
      const answer = await fetch(`${usher.origin}/slack/events`, { method: 'POST', body, headers });
      expect(answer.status).toBe(401);
    }
    expect(await database.db('users').where({ email_key: 'evil@x.example' }).first()).toBeUndefined();
  });

  test('whatever else is asked of the address for deliveries is answered, and the program goes on', async () => {
    usher = await startUsher(database);
    for (const [method, path] of [
      ['GET', '/slack/events'],
      ['PUT', '/slack/events'],
      ['POST', '/slack/eventsX'],
      ['GET', '/slack/events?x=1'],
    ] as const) {
      const answer = await fetch(`${usher.origin}${path}`, { method });
      expect([403, 404, 405]).toContain(answer.status);
    }
    expect(textOf(await usher.as('ada').ask('#general', '/users'))).toContain('seats taken');
  });

  test('a submission that Slack delivers twice leaves what the first one said', async () => {
    usher = await startUsher(database);
    const ada = usher.as('ada');
    await ada.command('#general', '/users invite');
    await ada.modal('E-mail addresses');
    await ada.fill({ 'E-mail addresses': 'grace@x.example' });
    await ada.submit();
    await ada.modal('Invited 1 person.');
    const delivered = usher.workspace.deliveries.list().find(({ name }) => name === 'view_submission');
    const body = new URLSearchParams({ payload: JSON.stringify(delivered?.payload) }).toString();
    const at = String(Math.floor(Date.now() / 1000));
    const signature = `v0=${createHmac('sha256', usher.workspace.app.signingSecret).update(`v0:${at}:${body}`).digest('hex')}`;
    await fetch(`${usher.origin}/slack/events`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-signature': signature,
        'x-slack-request-timestamp': at,
      },
    });
    await new Promise((done) => setTimeout(done, 500));
    await ada.modal('Invited 1 person.');
    expect(await usher.mailsTo('grace@x.example')).toHaveLength(1);
  });

  test('one event that Slack delivers three times makes one import', async () => {
    usher = await startUsher(database);
    const ada = usher.as('ada');
    await ada.upload('#imports', 'people.xlsx', await workbookOf([{ 'Login Email': 'linus@x.example' }]));
    await ada.waitForMessage('1 to invite', { timeoutMs: 15_000 });
    const delivered = usher.workspace.deliveries.list().find(({ name }) => name === 'file_shared');
    expect(delivered).toBeDefined();
    const body = JSON.stringify(delivered?.payload);
    const at = String(Math.floor(Date.now() / 1000));
    const signature = `v0=${createHmac('sha256', usher.workspace.app.signingSecret).update(`v0:${at}:${body}`).digest('hex')}`;
    for (let retry = 1; retry <= 2; retry += 1) {
      const answer = await fetch(`${usher.origin}/slack/events`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-slack-signature': signature,
          'x-slack-request-timestamp': at,
          'x-slack-retry-num': String(retry),
          'x-slack-retry-reason': 'http_timeout',
        },
      });
      expect(answer.status).toBe(200);
    }
    await usher.driver.idle();
    await new Promise((done) => setTimeout(done, 500));
    expect(await database.db('imports')).toHaveLength(1);
    expect(ada.messages('#imports').filter((message) => textOf(message).includes('to invite'))).toHaveLength(1);
  });

  test('a form whose trigger expired is offered on a button, and opens from there', async () => {
    usher = await startUsher(database);
    const ada = usher.as('ada');
    usher.slowMethods.set('views.open', 3300);
    await ada.command('#general', '/users invite project:Sample');
    const offered = await ada.waitForMessage('The form took too long to open.', { timeoutMs: 10_000 });
    usher.slowMethods.clear();
    await ada.click(offered, 'Open form');
    await ada.modal('Project “Sample” does not exist; did you mean “Sample Project”?');
    expect(usher.workspace.deliveries.list().every(({ outcome }) => outcome === 'acknowledged')).toBe(true);
  });
});
