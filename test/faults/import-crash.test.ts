import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { runImport } from '../../src/features/imports/run-import.service';
import { buildImportWorkers, crashes, type ImportWorkers } from '../support/import-workers';
import { startMailbox } from '../support/mailbox';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server';
import { confirmedImport, differences, pictureOf } from './import-site';

const rows = 5000;
const { kills, seed } = crashes;
/** How many mails a worker has under way at a time. */
const mailsAtOnce = 5;

(hasMariadb() ? describe : describe.skip)('while its worker is killed again and again', () => {
  let server: MariadbServer;
  let workers: ImportWorkers;

  beforeAll(async () => {
    [server, workers] = await Promise.all([startMariadb(), buildImportWorkers()]);
  }, 60_000);
  afterAll(async () => {
    await workers.remove();
    await server.remove();
  });

  test(`an import of ${rows} people comes to the same end as one that nobody disturbed (seed ${seed})`, async () => {
    const calm = await confirmedImport(server, 'calm', rows);
    let statements = 0;
    calm.db.on('query', () => {
      statements += 1;
    });
    await runImport(calm.ctx, calm.id, new AbortController().signal);
    const expected = await pictureOf(calm.db);
    const invited: string[] = await calm.db('outbox').pluck('recipient');
    await calm.remove();

    const site = await confirmedImport(server, 'crashed', rows);
    const mailbox = await startMailbox();
    const settings = site.settings({ SMTP_URL: mailbox.url });
    // From 0 to 1, evenly.
    const draws = fc
      .sample(fc.noBias(fc.integer({ min: 0, max: 999_999 })), { seed, numRuns: kills * 2 })
      .map((drawn) => drawn / 1_000_000);
    let killedInRun = 0;
    const waiting = async () =>
      Number((await site.db('outbox').where({ state: 'waiting' }).count({ total: '*' }).first())?.total);
    for (let kill = 0; kill < kills; kill += 1) {
      const [when = 0, late = 0] = draws.slice(kill * 2);
      const inRun = (await site.state()) === 'running';
      const worker = workers.start(settings);
      if (inRun) killedInRun += 1;
      // A moment is a number of statements or mails, for the machine may be slow or fast.
      if (inRun && kill < kills * 0.6) await worker.until('statement', 1 + Math.floor((when * statements) / 4));
      else await worker.until('mail', 1 + Math.floor((when * (await waiting())) / (kills - kill + 1)));
      await pause(late * 10);
      await worker.signal('SIGKILL');
      await site.leasesRunOut();
    }
    const last = workers.start(settings);
    while ((await site.state()) !== 'done' || (await waiting()) > 0) await pause(100);
    await last.signal('SIGTERM');
    expect(last.exitCode).toBe(0);

    expect(differences(await pictureOf(site.db), expected)).toEqual([]);
    expect(killedInRun).toBeGreaterThanOrEqual(Math.min(5, kills));
    const messageIds = new Map<string, Set<string>>();
    for (const { to, messageId } of mailbox.mails) messageIds.set(to, (messageIds.get(to) ?? new Set()).add(messageId));
    expect([...messageIds.keys()].sort()).toEqual([...invited].sort());
    expect([...messageIds.values()].filter(({ size }) => size !== 1)).toEqual([]);
    // A mail comes again only where its sender died after the server took it: such a one was tried twice.
    const triedOnce = new Set<string>(await site.db('outbox').where({ attempts: 1 }).pluck('recipient'));
    const repeated = mailbox.mails.length - invited.length;
    expect(mailbox.mails.filter(({ to }) => triedOnce.has(to))).toHaveLength(triedOnce.size);
    expect(repeated).toBeLessThanOrEqual(kills * mailsAtOnce);
    process.stderr.write(
      `\nseed ${seed}: ${killedInRun} of ${kills} kills fell into the import; ${repeated} of ${mailbox.mails.length} mails came twice\n`,
    );
    await mailbox.stop();
    await site.remove();
  }, 600_000);
});
