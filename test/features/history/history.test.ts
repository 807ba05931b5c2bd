import { Workbook } from 'exceljs';
import { insertAdmin, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
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
  const write = async (count: number, given: Record<string, unknown> = {}) => {
    for (let index = 1; index <= count; index += 1) {
      await database.db('audit_events').insert({
        at: new Date(Date.UTC(2026, 9, 1, 8, index)),
        action: 'user.edited',
        actor_kind: 'user',
        actor_label: 'old-admin@x.example',
        subject_type: 'user',
        subject_id: 4711,
        subject_label: 'Gone@x.example',
        before: JSON.stringify({ firstName: `Name ${index - 1}` }),
        after: JSON.stringify({ firstName: `Name ${index}` }),
        ...given,
      });
    }
  };

  test('the history of a person tells who did what and when, the newest first, with before and after', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    await ada.ask('#general', '/users resend grace@x.example');
    const reply = await ada.ask('#general', '/users history Grace@X.example');
    const text = textOf(reply);
    expect(reply.ephemeral).toBe(true);
    expect(text).toMatch(/ada@example\.com \(U[A-Z0-9]+\) sent the invitation again to grace@x\.example/);
    expect(text).toMatch(/ada@example\.com \(U[A-Z0-9]+\) invited grace@x\.example\n(.*\n)*Status: invited/);
    expect(text.indexOf('sent the invitation')).toBeLessThan(text.indexOf(') invited '));
  });

  test('the trail of a deleted person is found by their address, in any case', async () => {
    await write(1);
    const ada = usher.as('ada');
    for (const typed of ['Gone@x.example', 'gone@X.EXAMPLE']) {
      const text = textOf(await ada.ask('#general', `/users history ${typed}`));
      expect(text).toContain('old-admin@x.example edited Gone@x.example');
      expect(text).toContain('First name: Name 0 → Name 1');
    }
  });

  test('a long trail is turned page by page in the same message, also while new lines are written', async () => {
    await write(25);
    const ada = usher.as('ada');
    const first = await ada.ask('#general', '/users history gone@x.example');
    expect(textOf(first)).toContain('→ Name 25');
    expect(textOf(first)).not.toContain('Newer');
    await write(1);
    await ada.click(first, 'Older →');
    const second = await ada.waitForMessage('→ Name 15');
    expect(second.ts).toBe(first.ts);
    expect(textOf(second)).not.toContain('→ Name 16');
    await ada.click(second, 'Older →');
    const third = await ada.waitForMessage('→ Name 5');
    expect(textOf(third)).not.toContain('Older');
    await ada.click(third, '← Newer');
    await ada.waitForMessage('→ Name 15');
  });

  test('the audit trail is narrowed by who, what, about, since and a text together', async () => {
    await write(1);
    await write(1, { subject_label: 'other@x.example', at: new Date('2026-11-05T08:00:00Z') });
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    const ask = async (filter: string) => textOf(await ada.ask('#general', `/usher audit ${filter}`));
    expect(await ask('who:ada@example.com')).not.toContain('Gone@x.example');
    expect(await ask('who:old-admin@x.example what:edited')).toContain('other@x.example');
    expect(await ask('about:gone@x.example')).not.toContain('other@x.example');
    expect(await ask('what:edited since:2026-11-01')).not.toContain('Gone@x.example');
    expect(await ask('what:edited since:2026-11-05 name 1')).toContain('other@x.example');
    expect(await ask('100%')).toContain('Nothing is written about this.');
    expect(await ask('what:invitd')).toContain('Did you mean “invited”?');
    expect(await ask('since:yesterday')).toContain('“yesterday” is not a day');
  });

  test('capitals of any script are found by small letters: in a text, and in the address of somebody who is gone', async () => {
    const email = 'ÉMILE@ÜBER.example';
    await write(1, { subject_label: email, after: JSON.stringify({ firstName: 'ЖАННА Straße' }) });
    const ada = usher.as('ada');
    for (const line of [
      '/usher audit émile',
      '/usher audit жанна stra',
      '/usher audit ŻANNA Жанна',
      '/usher audit about:émile@über.example',
      '/users history Émile@über.EXAMPLE',
    ]) {
      const text = textOf(await ada.ask('#general', line));
      if (line.includes('Ż')) expect(text).toContain('Nothing is written about this.');
      else expect(text).toContain(`edited ${email}`);
    }
    await insertUser(database.db, { email });
    expect(textOf(await ada.ask('#general', '/users list émile@ü'))).toContain(email);
  });

  test('no link, token or password is ever read out of the trail', async () => {
    await write(1, {
      before: null,
      after: JSON.stringify({ resetLink: 'https://x.example/?token=abc', note: 'see https://x.example/?token=abc' }),
    });
    await usher.as('ada').ask('#general', '/users invite grace@x.example');
    const text = textOf(await usher.as('ada').ask('#general', '/usher audit'));
    expect(text).not.toContain('token=');
    expect(text).toContain('Note: (not shown)');
  });

  test('names in the trail stay text, and an action without a sentence is read out', async () => {
    await write(1, { action: 'group.sung_to', subject_label: '<!channel> *bold*' });
    const text = textOf(await usher.as('ada').ask('#general', '/usher audit'));
    expect(text).toContain('group sung to: <!channel> *bold*');
  });

  test('the whole filtered trail comes as a workbook to the admin alone', async () => {
    await write(12);
    const ada = usher.as('ada');
    await ada.click(await ada.ask('#general', '/users history gone@x.example'), 'Send as a workbook');
    const sent = await ada.waitForMessage((shown) => shown.files.length > 0);
    const [file] = sent.files;
    expect(sent.conversationId.startsWith('D')).toBe(true);
    expect(file?.name).toBe('Audit trail.xlsx');
    if (!file) throw new Error('no file');
    const workbook = new Workbook();
    await workbook.xlsx.load(ada.download(file) as never);
    const sheet = workbook.worksheets[0];
    expect(sheet?.rowCount).toBe(13);
    expect(String(sheet?.getRow(2).getCell(6).value)).toBe('First name: Name 11 → Name 12');
  });

  test('the card of a person has their history', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    await ada.click(await ada.ask('#general', '/users show grace@x.example'), 'History');
    await ada.waitForMessage('invited grace@x.example');
  });

  test('somebody who is no admin reads no trail, nor does one who was an admin when the page was shown', async () => {
    await write(11);
    const { id } = await insertAdmin(database.db, { email: 'hedy@example.com' });
    const hedy = usher.as('hedy');
    const page = await hedy.ask('#general', '/usher audit');
    await database.db('users').where({ id }).update({ is_admin: false });
    await hedy.click(page, 'Older →');
    await hedy.waitForMessage('Only an active admin');
    await insertUser(database.db, { email: 'uma@example.com' });
    expect(textOf(await usher.as('uma').ask('#general', '/users history ada@example.com'))).toContain(
      'Only an active admin',
    );
  });
});
