import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { MessageView } from '../../../src/workspace/protocol';
import { forEachDatabase } from '../../support/databases';
import { gate } from '../../support/gate';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import { workbookOf } from './import-scene';

const patience = { timeoutMs: 15_000 };
/** After so many milliseconds a confirmation says that it takes time. */
const moment = 1000;

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  /**
   * Holds up the next confirmation for longer than a moment, after it was asked for and before it is decided, as a large
   * file would. What `meanwhile` writes is seen when it goes on.
   */
  async function holdUp(id: number, meanwhile: (tx: Knex.Transaction) => Promise<unknown>): Promise<void> {
    const { db } = usher.ctx;
    const planning = gate();
    const look = ({ sql }: { sql: string }) => void (/\bimport_rows\b/.test(sql) && planning.open());
    db.on('query', look);
    // Another replica has the import's row; in SQLite, whoever has the one connection of the process holds up the others.
    const holder = database.dialect === 'MariaDB' ? await database.connect().transaction() : null;
    await holder?.('imports').where({ id }).forUpdate().first();
    const held = planning.passed.then(async () => {
      db.removeListener('query', look);
      const tx = holder ?? (await db.transaction());
      await meanwhile(tx);
      await pause(moment);
      await tx.commit();
    });
    // Whatever went wrong is seen by what people are shown.
    held.catch(() => undefined);
  }

  /** A preview, and how its message looks from then on: what is said, and whether it can be confirmed. */
  async function preview() {
    const ada = usher.as('ada');
    await ada.upload('#imports', 'people.xlsx', await workbookOf([{ 'Login Email': 'new@x.example' }]));
    const shown = await ada.waitForMessage('1 to invite', patience);
    await ada.waitForMessage(({ files }) => files.some(({ name }) => name === 'Plan for people.xlsx'), patience);
    await usher.driver.idle();
    const looks: { said: string; isOpen: boolean }[] = [];
    const note = (message: MessageView) =>
      looks.push({ said: textOf(message), isOpen: JSON.stringify(message.blocks).includes('"import-confirm"') });
    usher.workspace.acts.subscribe(ada.id, (event) => {
      if ('message' in event && event.message.ts === shown.ts) note(event.message);
    });
    note(shown);
    return { ada, shown, looks, id: Number((await database.db('imports').first('id')).id) };
  }

  test('a confirmation that takes longer than a moment says so in the place of its buttons, until the import has started', async () => {
    const { ada, shown, looks, id } = await preview();
    await holdUp(id, async () => undefined);
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', patience);
    const [before, checking, ...after] = looks;
    expect(before?.isOpen).toBe(true);
    expect(checking).toEqual({
      said: expect.stringContaining('Checking people.xlsx once more before it starts…'),
      isOpen: false,
    });
    expect(after.filter(({ isOpen }) => isOpen)).toEqual([]);
    expect(after.at(-1)?.said).toContain('Done: 1 invited.');
  });

  test('should it fail, what went wrong is said, and the import can be confirmed again', async () => {
    const { ada, shown, looks, id } = await preview();
    const { plan_digest: digest } = await database.db('imports').where({ id }).first('plan_digest');
    await holdUp(id, (tx) => tx('imports').where({ id }).update({ plan_digest: 'of another plan' }));
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Somebody checked this import again a moment ago.', patience);
    await usher.driver.idle();
    expect(looks.map(({ isOpen }) => isOpen)).toEqual([true, false, true]);
    expect(looks[1]?.said).toContain('once more before it starts');
    expect(looks[2]).toEqual(looks[0]);
    await database.db('imports').where({ id }).update({ plan_digest: digest });
    await ada.click(ada.again(shown) ?? shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', patience);
  });
});
