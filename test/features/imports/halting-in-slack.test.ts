import type { MessageView } from '../../../src/workspace/protocol';
import { insertAdmin } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import type { Actor } from '../../support/workspace-driver';
import { workbookOf } from './import-scene';

const patience = { timeoutMs: 15_000 };

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const says = (ts: string, words: string) => (message: MessageView) =>
    message.ts === ts && textOf(message).includes(words);

  /** An import of three people that was confirmed, while another replica holds it and does nothing. */
  async function held(ada: Actor): Promise<MessageView> {
    const people = ['a', 'b', 'c'].map((name) => ({ 'Login Email': `${name}@x.example` }));
    await ada.upload('#imports', 'people.xlsx', await workbookOf(people));
    const shown = await ada.waitForMessage('3 to invite', patience);
    await database.db('imports').update({ token: 'elsewhere', lease_until: new Date('2126-01-01T00:00:00Z') });
    await ada.click(shown, 'import-confirm');
    return ada.waitForMessage(says(shown.ts, '0 of 3 rows'), patience);
  }

  test('an import is paused, shown as paused in the list, let go on from there, and comes to its end', async () => {
    const ada = usher.as('ada');
    const running = await held(ada);
    await ada.click(running, 'Pause');
    const paused = await ada.waitForMessage(says(running.ts, 'Paused by'), patience);
    expect(textOf(paused)).toContain('3 not run yet');
    const list = await ada.ask('#general', '/usher imports');
    expect(textOf(list)).toContain('paused: 3 not run yet');
    await ada.click(list, 'import-show');
    const shown = await ada.waitForMessage((message) => message.ephemeral && textOf(message).includes('Paused by'));
    await ada.click(shown, 'Go on');
    const done = await ada.waitForMessage(says(running.ts, 'Done: 3 invited.'), patience);
    expect(textOf(done)).not.toContain('Go on');
  });

  test('a stopped import says what was not run and hands it back, and dropping that imports it', async () => {
    const ada = usher.as('ada');
    const running = await held(ada);
    await ada.click(running, 'Stop');
    const stopped = await ada.waitForMessage(says(running.ts, 'Stopped: 3 not run.'), patience);
    expect(textOf(stopped)).toContain('3 rows in all');
    expect(textOf(stopped)).toContain('drop it again to import them');
    const rest = await ada.waitForMessage(
      (message) => message.files.some(({ name }) => name === 'Rest of people.xlsx'),
      patience,
    );
    await ada.waitForMessage('people.xlsx was stopped before its last row: 3 not run.', patience);
    const [file] = rest.files;
    if (file === undefined) throw new Error('no workbook');
    await ada.upload('#imports', file.name, ada.download(file));
    const again = await ada.waitForMessage(
      (message) => message.ts > stopped.ts && textOf(message).includes('3 to invite'),
      patience,
    );
    await ada.click(again, 'import-confirm');
    await ada.waitForMessage(says(again.ts, 'Done: 3 invited.'), patience);
    expect(await database.db('imports').orderBy('id').first('state')).toEqual({ state: 'stopped' });
  });

  test('a second click says who was quicker; whoever is no admin changes nothing', async () => {
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    const ada = usher.as('ada');
    const running = await held(ada);
    const ben = usher.as('ben');
    await ben.click(running, 'Stop');
    await ben.waitForMessage(/admin/i, patience);
    expect(await database.db('imports').pluck('state')).toEqual(['running']);
    await ada.click(running, 'Pause');
    await usher.as('hedy').click(running, 'Pause');
    await usher.as('hedy').waitForMessage('ada@example.com has paused this import already.', patience);
  });
});
