import { setTimeout as pause } from 'node:timers/promises';
import { runImport } from '../../src/features/imports/run-import.service';
import { isClash } from '../../src/platform/db/driver-errors';
import { buildImportWorkers, type ImportWorker, type ImportWorkers } from '../support/import-workers';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server';
import { confirmedImport, differences, pictureOf } from './import-site';

const rows = 1600;
type Site = Awaited<ReturnType<typeof confirmedImport>>;

(hasMariadb() ? describe : describe.skip)('an import comes to the same end as one that nobody disturbed', () => {
  let server: MariadbServer;
  let workers: ImportWorkers;
  let expected: string[];
  /** Statements of the whole import. */
  let statements = 0;
  let sites = 0;
  let site: Site;

  const newSite = (): Promise<Site> => {
    sites += 1;
    return confirmedImport(server, `site${sites}`, rows);
  };
  beforeAll(async () => {
    [server, workers] = await Promise.all([startMariadb(), buildImportWorkers()]);
    const calm = await newSite();
    calm.db.on('query', () => {
      statements += 1;
    });
    await runImport(calm.ctx, calm.id, new AbortController().signal);
    expected = await pictureOf(calm.db);
    await calm.remove();
  }, 120_000);
  afterAll(async () => {
    await workers.remove();
    await server.remove();
  });
  beforeEach(async () => {
    site = await newSite();
  }, 60_000);
  afterEach(() => site.remove());

  const half = (worker: ImportWorker) => worker.until('statement', Math.floor(statements / 2));
  const expectTheSame = async () => expect(differences(await pictureOf(site.db), expected)).toEqual([]);
  const isDone = async () => {
    while ((await site.state().catch(() => '')) !== 'done') await pause(100);
  };

  test.each(['stopped and started', 'killed and started', 'paused and resumed'])(
    'whose database was %s: the worker waits and goes on by itself',
    async (outage) => {
      const worker = workers.start(site.settings());
      await half(worker);
      if (outage.startsWith('stopped')) await server.stop();
      if (outage.startsWith('killed')) await server.kill();
      if (outage.startsWith('paused')) server.pause();
      await pause(4000);
      if (outage.startsWith('paused')) server.resume();
      else await server.start();
      // Where the server forgot a connection that held the import, its lease ends in a minute.
      await isDone();
      await worker.signal('SIGTERM');
      expect(worker.exitCode).toBe(0);
      await expectTheSame();
    },
    150_000,
  );

  test('whose worker was told to end: it finishes its chunk and lets go, and the next one goes on at once', async () => {
    const worker = workers.start(site.settings());
    await half(worker);
    await worker.signal('SIGTERM');
    expect(worker.exitCode).toBe(0);
    expect(await site.db('imports').first('state', 'token', 'lease_until')).toEqual({
      state: 'running',
      token: null,
      lease_until: null,
    });
    const { next_row: nextRow } = await site.db('imports').first('next_row');
    expect(Number(nextRow)).toBeGreaterThan(0);
    const next = workers.start(site.settings());
    await isDone();
    await next.signal('SIGTERM');
    await expectTheSame();
  }, 90_000);

  test('on two replicas: one of them applies it, and reports it once', async () => {
    const both = [workers.start(site.settings()), workers.start(site.settings())];
    await isDone();
    await Promise.all(both.map((worker) => worker.signal('SIGTERM')));
    expect(both.reduce((sum, worker) => sum + worker.said('import_ended'), 0)).toBe(1);
    expect(await site.db('imports').first('fence')).toEqual({ fence: 1 });
    await expectTheSame();
  }, 90_000);

  test('whose worker stood still past its lease: when it wakes up, another has done it and it changes nothing', async () => {
    const sleeper = workers.start(site.settings());
    await half(sleeper);
    for (;;) {
      await sleeper.signal('SIGSTOP');
      try {
        await site.leasesRunOut();
        break;
      } catch (error) {
        // It stands still in a transaction, so that nobody gets at the import before it has gone on.
        if (!isClash(error)) throw error;
        await sleeper.signal('SIGCONT');
        await pause(20);
      }
    }
    expect(await site.state()).toBe('running');
    const other = workers.start(site.settings());
    await isDone();
    await sleeper.signal('SIGCONT');
    await sleeper.until('statement', sleeper.said('statement') + 10);
    await Promise.all([sleeper, other].map((worker) => worker.signal('SIGTERM')));
    expect(sleeper.said('import_ended')).toBe(0);
    expect(other.said('import_ended')).toBe(1);
    expect(await site.db('imports').first('fence')).toEqual({ fence: 2 });
    await expectTheSame();
  }, 120_000);

  test.each([
    ['a deadlock', '40001', 1213],
    ['a lock that was not to be had in time', 'HY000', 1205],
  ])(
    'in the middle of whose chunks the server reports %s',
    async (_what, sqlState, errno) => {
      // A table that no rollback takes back counts what comes, so that it happens three times and then no more.
      await site.db.raw('CREATE TABLE clashes (seen INT NOT NULL) ENGINE = Aria');
      await site.db('clashes').insert({ seen: 0 });
      await site.db.raw(
        `CREATE TRIGGER clashing BEFORE INSERT ON audit_events FOR EACH ROW BEGIN
         UPDATE clashes SET seen = seen + 1;
         IF (SELECT seen FROM clashes) IN (10, 600, 1500) THEN
           SIGNAL SQLSTATE '${sqlState}' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'forced';
         END IF;
       END`,
      );
      await runImport(site.ctx, site.id, new AbortController().signal);
      const { seen } = await site.db('clashes').first('seen');
      // More than once for some of the rows.
      expect(seen).toBeGreaterThan(rows);
      await expectTheSame();
    },
    90_000,
  );
});
