import { inviteUsers } from '../../../src/features/invites/invites.service';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('an admin’s Home shows seats, people by status, pending invitations, imports, sessions and jobs', async () => {
    await insertUser(database.db, { status: 'disabled' });
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    const text = textOf(await ada.home('seats taken'));
    expect(text).toContain('3 of 50 seats taken');
    expect(text).toContain('2 active · 1 invited · 1 disabled');
    expect(text).toContain('Pending invitations: 1');
    expect(text).toContain('Active sessions: 0');
    for (const job of ['deliver-mail', 'remind-pending-invites', 'expire-invites', 'resume-imports'])
      expect(text).toContain(job);
  });

  test('an open import stands on the Home however many were done since', async () => {
    const row = (state: string, index: number) => ({
      state,
      file_name: `${state}${index}.xlsx`,
      file_size: 1,
      created_at: new Date(),
    });
    await database.db('imports').insert(row('preview', 0));
    await database.db('imports').insert(Array.from({ length: 40 }, (_, index) => row('done', index)));
    const text = textOf(await usher.as('ada').home('Imports: 1 open'));
    expect(text).toContain('preview0.xlsx');
  });

  test('an open Home is drawn anew after a change', async () => {
    const ada = usher.as('ada');
    await ada.home('2 of 50 seats taken');
    await inviteUsers(usher.ctx, {
      recipients: [{ email: 'grace@x.example', firstName: '', lastName: '' }],
      profileId: null,
      groupIds: [],
      projectIds: [],
      idempotencyKey: null,
    });
    await new Promise((done) => setTimeout(done, 1500));
    await usher.driver.idle();
    expect(textOf(usher.workspace.acts.home(ada.id) ?? { type: 'home', blocks: [] })).toContain('3 of 50 seats taken');
  });

  test('one reading serves all admins whose Homes a change draws anew, and only those who are admins still', async () => {
    const ben = () => database.db('users').where({ email: 'ben@example.com' });
    await ben().update({ is_admin: true });
    const [ada, second] = [usher.as('ada'), usher.as('ben')];
    const shown = (id: string) => textOf(usher.workspace.acts.home(id) ?? { type: 'home', blocks: [] });
    await ada.home('2 of 50 seats taken');
    await second.home('2 of 50 seats taken');
    let readings = 0;
    const count = ({ sql }: { sql: string }) => {
      if (/group by .status./i.test(sql)) readings += 1;
    };
    const drawnAfter = async (change: () => Promise<unknown>) => {
      readings = 0;
      usher.ctx.db.on('query', count);
      await change();
      await usher.ctx.announce({ kind: 'users_changed' });
      await new Promise((done) => setTimeout(done, 1500));
      await usher.driver.idle();
      usher.ctx.db.off('query', count);
    };
    await drawnAfter(() => insertUser(database.db));
    expect(shown(ada.id)).toContain('3 of 50 seats taken');
    expect(shown(second.id)).toContain('3 of 50 seats taken');
    expect(readings).toBe(1);
    await drawnAfter(() => ben().update({ is_admin: false }));
    expect(shown(ada.id)).toContain('seats taken');
    expect(shown(second.id)).toContain('Hand in a spreadsheet');
  });

  test('a Home is drawn anew when somebody follows their link and becomes active', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    await ada.home('1 invited');
    const url = linkIn((await usher.mailsTo('grace@x.example'))[0]);
    const form = await fetch(url);
    const cookie = form.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const fields = Object.fromEntries(
      [...(await form.text()).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
        ([, name, value]) => [name, value],
      ),
    );
    const password = 'seven unrelated lanterns';
    const answer = await fetch(`${usher.origin}/activate`, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({
        ...fields,
        firstName: 'Grace',
        lastName: 'Hopper',
        password,
        passwordAgain: password,
      }),
    });
    expect(answer.status).toBe(200);
    await new Promise((done) => setTimeout(done, 1500));
    await usher.driver.idle();
    expect(textOf(usher.workspace.acts.home(ada.id) ?? { type: 'home', blocks: [] })).toContain('3 active · 0 invited');
  });

  test('its buttons open the forms and lists that they name', async () => {
    const ada = usher.as('ada');
    const home = await ada.home('seats taken');
    await ada.click(home, 'Invite people');
    await ada.modal('E-mail addresses');
    await ada.closeModal();
    await ada.click(home, 'import-people');
    await ada.modal('Spreadsheet');
    await ada.closeModal();
    await ada.click(home, 'show-jobs');
    await ada.modal('Run one now with /usher jobs run NAME.');
    await ada.closeModal();
    await ada.click(home, 'show-imports');
    await ada.modal('Nobody has imported a spreadsheet yet.');
  });

  test('a list opened on the Home turns its pages in its modal, and a person is shown on top of it', async () => {
    for (let index = 0; index < 12; index += 1) await insertUser(database.db, { email: `p${index}@x.example` });
    const ada = usher.as('ada');
    await ada.click(await ada.home('seats taken'), 'List users');
    await ada.click(await ada.modal('page 1 of 2'), 'Next →');
    const second = await ada.modal('page 2 of 2');
    await ada.choose(second, { name: 'user-menu', within: 'p9@x.example' }, 'Show everything');
    await ada.modal('User ID');
    expect(ada.stack()).toHaveLength(2);
    await ada.closeModal();
    await ada.choose(await ada.modal('page 2 of 2'), { name: 'user-menu', within: 'p9@x.example' }, 'Disable…');
    await ada.modal('cannot sign in any more');
    await ada.submit();
    await ada.modal('Disabled 1 person.');
  });

  test('a member’s Home says what they may do and whom to ask', async () => {
    const text = textOf(await usher.as('ben').home('Usher looks after'));
    expect(text).toContain('Hand in a spreadsheet');
    expect(text).toContain('ask Ada Lovelace');
    expect(text).not.toContain('seats taken');
  });

  test('a guest’s Home refuses in words', async () => {
    expect(textOf(await usher.as('grace').home('Guests of this workspace'))).toContain('Ask a member');
  });

  test('/usher jobs lists the jobs, and runs one by hand', async () => {
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/usher jobs'))).toContain('deliver-mail');
    const status = textOf(await ada.ask('#general', '/usher status'));
    expect(status).toContain('reachable');
    expect(status).toContain('0 messages waiting');
  });

  test('ten thousand people leave the Home within Slack’s limits', async () => {
    const at = new Date();
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      email: `p${index}@x.example`,
      email_key: `p${index}@x.example`,
      status: index % 3 === 0 ? 'invited' : 'active',
      created_at: at,
      updated_at: at,
    }));
    await database.db.batchInsert('users', rows, 400);
    await database.db('licences').update({ seats: 20_000 });
    expect(textOf(await usher.as('ada').home('10,002 of 20,000 seats taken', { timeoutMs: 10_000 }))).toContain(
      '6,668 active',
    );
  });
});
