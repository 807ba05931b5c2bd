import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { systemClock } from '../../src/lib/clock';
import type { Context } from '../../src/platform/context';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import { isDatabaseDown } from '../../src/platform/db/transaction';
import type { MailTemplate } from '../../src/platform/mail/delivery.types';
import { deliverDue } from '../../src/platform/mail/dispatcher';
import type { Job } from '../../src/platform/scheduler/job.types';
import { startScheduler } from '../../src/platform/scheduler/scheduler';
import { type TestContext, testContext } from '../support/context';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server';
import { enqueueNow, outboxRows } from '../support/outbox';
import { until } from '../support/until';

const greeting: MailTemplate = {
  kind: 'mail',
  name: 'greeting',
  render: async () => ({ subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' }),
};
const mailTo = (recipient: string) =>
  ({ kind: 'mail', template: 'greeting', recipient, payload: {}, dedupKey: `greet:${recipient}` }) as const;

(hasMariadb() ? describe : describe.skip)('with a database server that goes away', () => {
  let server: MariadbServer;
  let db: Knex;
  let context: TestContext;
  let ctx: Context;

  beforeAll(async () => {
    server = await startMariadb();
    await server.execute('CREATE DATABASE usher');
    db = openDatabase(server.url('usher'), { queryTimeout: 2000 });
    await migrate(db);
    context = testContext(
      { dialect: 'MariaDB', url: server.url('usher'), db, connect: () => db },
      { delivery: { templates: [greeting] } },
    );
    ctx = { ...context, clock: systemClock };
  }, 60_000);
  afterAll(async () => {
    await db.destroy();
    await server.remove();
  });
  beforeEach(() => db('outbox').del());

  /** Each second; long enough for the outage to fall into a run. */
  const everySecond = (run: Job['run']): Job => ({ name: 'deliver', cron: '* * * * * *', leaseSeconds: 3, run });

  test.each(['stopped and started', 'killed and started', 'paused and resumed'])(
    'while it is %s nothing is lost, and jobs go on by themselves',
    async (outage) => {
      const job = everySecond(async (own, { signal }) => ({
        ...(await deliverDue(own, { signal, visibilitySeconds: 2, messageTimeout: 500, batch: 2, workers: 1 })),
      }));
      context.mails.length = 0;
      const addresses = Array.from({ length: 12 }, (_, index) => `user${index}@example.com`);
      const slowly: Context = {
        ...ctx,
        delivery: {
          ...ctx.delivery,
          async sendMail(mail, signal) {
            await pause(200);
            await context.delivery.sendMail?.(mail, signal);
          },
        },
      };
      const scheduler = startScheduler(slowly, [job]);
      try {
        await enqueueNow(ctx, addresses.map(mailTo));
        await until('two mails leave', async () => context.mails.length >= 2, 20_000);
        if (outage.startsWith('stopped')) await server.stop();
        if (outage.startsWith('killed')) await server.kill();
        if (outage.startsWith('paused')) server.pause();
        const said = Date.now();
        const error = await enqueueNow(ctx, [mailTo('late@example.com')]).catch((caught: unknown) => caught);
        expect(isDatabaseDown(error)).toBe(true);
        // A person is told to try again before they give up.
        expect(Date.now() - said).toBeLessThan(10_000);
        await pause(3000);
        if (outage.startsWith('paused')) server.resume();
        else await server.start();
        await until(
          'all mails are sent',
          async () => (await outboxRows(db)).every(({ state }) => state === 'sent'),
          30_000,
        );
        const reached = new Set(context.mails.map(({ to }) => to));
        expect(addresses.filter((address) => !reached.has(address))).toEqual([]);
        // Only what was on its way may come twice, and then with the same Message-ID.
        expect(context.mails.length).toBeLessThanOrEqual(addresses.length + 3);
        expect(context.logLines.filter(({ level }) => level >= 50)).toEqual([]);
      } finally {
        await scheduler.stop(5000);
      }
    },
    90_000,
  );
});
