import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import type { TestDatabase } from '../support/databases';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server';
import { textOf } from '../support/slack-text';
import { type RunningUsher, startUsher } from '../support/usher';

const outage = 20_000;
const people = readFileSync(join(__dirname, '../fixtures/sheets/people-openpyxl.xlsx'));
const unreachable = 'Usher cannot reach its database right now. Please try again in a minute.';

// Without a server on this machine the run has said so, and fails in CI, before it comes here.
(hasMariadb() ? describe : describe.skip)('while the database is stopped for twenty seconds', () => {
  let server: MariadbServer;
  let usher: RunningUsher;
  let database: TestDatabase;

  beforeAll(async () => {
    server = await startMariadb();
    await server.execute('CREATE DATABASE usher');
    const db = openDatabase(server.url('usher'));
    database = { dialect: 'MariaDB', url: server.url('usher'), db, connect: () => openDatabase(server.url('usher')) };
    await migrate(db);
    usher = await startUsher(database);
  }, 60_000);
  afterAll(async () => {
    await usher.stop();
    await database.db.destroy();
    await server.remove();
  });

  test('commands are acknowledged in time and say "try again", and all works without a restart when it is back', async () => {
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/users'))).toContain('2 of 50 seats taken');
    const list = await ada.ask('#general', '/users list');
    const down = Date.now();
    await server.stop();

    expect(textOf(await ada.ask('#general', '/users'))).toContain(unreachable);
    expect(textOf(await ada.ask('#general', '/users invite new@x.example'))).toContain(unreachable);
    await ada.command('#general', '/users invite');
    await ada.modal(unreachable);
    await ada.closeModal();
    await ada.click(list, 'Show disabled too');
    await ada.waitForMessage(unreachable);
    await ada.home(unreachable);
    await ada.upload('#imports', 'people.xlsx', people);
    const refused = await ada.waitForMessage('Read the file again');
    expect(textOf(refused)).toContain(unreachable);
    const health = await fetch(`${usher.origin}/healthz`);
    expect(health.status).toBe(200);
    expect((await fetch(`${usher.origin}/readyz`)).status).toBe(503);
    const page = await fetch(`${usher.origin}/activate?token=${'A'.repeat(48)}`);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('try again');

    await new Promise((done) => setTimeout(done, Math.max(0, outage - (Date.now() - down))));
    await server.start();

    expect(textOf(await ada.ask('#general', '/users invite new@x.example'))).toContain('Invited 1 person.');
    expect(await usher.mailsTo('new@x.example')).toHaveLength(1);
    await ada.click(refused, 'Read the file again');
    await ada.waitForMessage('to invite', { timeoutMs: 15_000 });
    expect((await fetch(`${usher.origin}/readyz`)).status).toBe(200);
    usher.driver.expectPrompt();
  }, 90_000);
});
