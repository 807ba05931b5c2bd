import { minute, second } from '../../../src/lib/duration';
import type { ChatTemplate, MailTemplate } from '../../../src/platform/mail/delivery.types';
import { deliverDue } from '../../../src/platform/mail/dispatcher';
import { lockDueMessages } from '../../../src/platform/mail/outbox.store';
import { createSmtpCarrier, type SmtpCarrier } from '../../../src/platform/mail/smtp';
import { type TestContextOverrides, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { gate } from '../../support/gate';
import { type Mailbox, startMailbox } from '../../support/mailbox';
import { enqueueNow, makeOutboxDue, outboxRows } from '../../support/outbox';

const greeting: MailTemplate = {
  kind: 'mail',
  name: 'greeting',
  render: async (_ctx, { name }) =>
    name === 'Nobody'
      ? null
      : { subject: `Hello ${name}`, text: `Dear ${name}, grüß dich 👋`, html: `<p>Dear <b>${name}</b></p>` },
};
const note: ChatTemplate = {
  kind: 'chat',
  name: 'note',
  render: async (_ctx, { text }) => ({ text: String(text) }),
};
const mailDead: ChatTemplate = {
  kind: 'chat',
  name: 'mail-dead',
  render: async (_ctx, { recipient, problem }) => ({ text: `${recipient}: ${problem}` }),
};
const templates = [greeting, note, mailDead];

const mailTo = (recipient: string, name = 'Ada') =>
  ({ kind: 'mail', template: 'greeting', recipient, payload: { name }, dedupKey: `greet:${recipient}` }) as const;
const chatTo = (recipient: string, text = 'Hello') =>
  ({ kind: 'chat', template: 'note', recipient, payload: { text }, dedupKey: `note:${recipient}:${text}` }) as const;

forEachDatabase((database) => {
  let mailbox: Mailbox;
  let carrier: SmtpCarrier;
  beforeEach(async () => {
    mailbox = await startMailbox();
    carrier = createSmtpCarrier(mailbox.url, 'Usher <usher@usher.test>');
  });
  afterEach(async () => {
    carrier.close();
    await mailbox.stop();
  });

  const site = (overrides: TestContextOverrides = {}) =>
    testContext(database, {
      ...overrides,
      delivery: { templates, sendMail: carrier.sendMail, ...overrides.delivery },
    });
  const run = (ctx = site(), limits: Partial<Parameters<typeof deliverDue>[1]> = {}) =>
    deliverDue(ctx, { signal: new AbortController().signal, ...limits });
  /** Pauses so long that a second try in the same run is out of the question. */
  const patient = { firstPause: 1000 * minute, longestPause: 1000 * minute };
  const states = async () =>
    Object.fromEntries((await outboxRows(database.db)).map((row) => [`${row.template} ${row.recipient}`, row.state]));

  test('a mail arrives with both parts, its sender and a Message-ID made of its key', async () => {
    const ctx = site();
    await enqueueNow(ctx, [mailTo('ada@example.com')]);
    expect(await run(ctx)).toEqual({ sent: 1, retried: 0, dead: 0, obsolete: 0 });
    const [mail] = await mailbox.waitFor('ada@example.com');
    expect(mail).toMatchObject({
      from: 'usher@usher.test',
      subject: 'Hello Ada',
      messageId: '<greet.ada%40example.com@usher.test>',
    });
    expect(mail?.text).toContain('grüß dich 👋');
    expect(mail?.html).toContain('<b>Ada</b>');
    expect(await outboxRows(ctx.db)).toMatchObject([{ state: 'sent', attempts: 1, token: null, last_error: null }]);
    expect(await run(ctx)).toEqual({ sent: 0, retried: 0, dead: 0, obsolete: 0 });
  });

  test('more messages than one batch holds leave in one run', async () => {
    await enqueueNow(
      site(),
      Array.from({ length: 53 }, (_, index) => mailTo(`user${index}@example.com`)),
    );
    expect(await run()).toMatchObject({ sent: 53 });
    expect(new Set(mailbox.mails.map(({ to }) => to)).size).toBe(53);
  });

  test('a message for later waits for its moment', async () => {
    const ctx = site();
    await enqueueNow(ctx, [{ ...mailTo('ada@example.com'), runAt: new Date(Date.now() + minute) }]);
    expect(await run(ctx)).toMatchObject({ sent: 0 });
    await makeOutboxDue(ctx.db);
    expect(await run(ctx)).toMatchObject({ sent: 1 });
  });

  test('a mail that is put off (greylisting, 451) is tried again later and arrives once', async () => {
    mailbox.script('grey@example.com', 'defer', 'defer', 'accept');
    const ctx = site();
    await enqueueNow(ctx, [mailTo('grey@example.com'), mailTo('ada@example.com')]);
    expect(await run(ctx, patient)).toEqual({ sent: 1, retried: 1, dead: 0, obsolete: 0 });
    expect((await outboxRows(ctx.db))[0]).toMatchObject({ state: 'waiting', attempts: 1, token: null });
    expect((await outboxRows(ctx.db))[0]?.last_error).toMatch(/Greylisted/);
    expect(await run(ctx, patient)).toMatchObject({ sent: 0, retried: 0 });
    await makeOutboxDue(ctx.db);
    expect(await run(ctx, patient)).toMatchObject({ retried: 1 });
    await makeOutboxDue(ctx.db);
    expect(await run(ctx, patient)).toMatchObject({ sent: 1 });
    expect(mailbox.mails.filter(({ to }) => to === 'grey@example.com')).toHaveLength(1);
    expect(mailbox.tries('grey@example.com')).toBe(3);
  });

  test('an address that does not exist (550) is dead at once, and the admin channel hears of it once', async () => {
    mailbox.script('gone@example.com', 'reject');
    const ctx = site();
    await enqueueNow(ctx, [mailTo('gone@example.com'), mailTo('ada@example.com')]);
    expect(await run(ctx)).toEqual({ sent: 2, retried: 0, dead: 1, obsolete: 0 });
    expect(await states()).toEqual({
      'greeting gone@example.com': 'dead',
      'greeting ada@example.com': 'sent',
      'mail-dead admin-channel': 'sent',
    });
    expect(ctx.chats).toMatchObject([
      { recipient: 'admin-channel', text: expect.stringContaining('gone@example.com: ') },
    ]);
    expect(ctx.chats[0]?.text).toContain('No such mailbox');
    expect(mailbox.tries('gone@example.com')).toBe(1);
  });

  test('after the last try a mail is dead, and not before', async () => {
    mailbox.script('grey@example.com', 'unavailable');
    const ctx = site();
    await enqueueNow(ctx, [mailTo('grey@example.com')]);
    for (const expected of ['waiting', 'waiting', 'dead']) {
      await makeOutboxDue(ctx.db);
      await run(ctx, { ...patient, attempts: 3 });
      expect((await outboxRows(ctx.db))[0]?.state).toBe(expected);
    }
    expect(ctx.chats).toHaveLength(1);
    await makeOutboxDue(ctx.db);
    await run(ctx, patient);
    expect(mailbox.tries('grey@example.com')).toBe(3);
  });

  test('a server that wants a password (530) kills no mail: all wait, and the log calls for somebody once', async () => {
    const addresses = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}@example.com`);
    for (const address of addresses) mailbox.script(address, 'sign-in-first');
    const ctx = site();
    await enqueueNow(
      ctx,
      addresses.map((address) => mailTo(address)),
    );
    expect(await run(ctx, { workers: 1 })).toEqual({ sent: 0, retried: 8, dead: 0, obsolete: 0 });
    expect(addresses.map((address) => mailbox.tries(address)).reduce((sum, count) => sum + count)).toBe(1);
    expect((await outboxRows(ctx.db)).every(({ state, attempts }) => state === 'waiting' && attempts === 0)).toBe(true);
    expect(ctx.logLines.filter(({ level }) => level === 50)).toHaveLength(1);
    for (const address of addresses) mailbox.script(address, 'accept');
    await makeOutboxDue(ctx.db);
    expect(await run(ctx)).toMatchObject({ sent: 8 });
  });

  test('a server that takes the mail and says nothing gets it again, recognisably the same', async () => {
    mailbox.script('ada@example.com', 'drop-after-data', 'accept');
    const ctx = site();
    await enqueueNow(ctx, [mailTo('ada@example.com')]);
    expect(await run(ctx, patient)).toMatchObject({ retried: 1 });
    await makeOutboxDue(ctx.db);
    expect(await run(ctx, patient)).toMatchObject({ sent: 1 });
    const arrived = await mailbox.waitFor('ada@example.com', { count: 2 });
    expect(arrived.map(({ acknowledged }) => acknowledged)).toEqual([false, true]);
    expect(new Set(arrived.map(({ messageId }) => messageId)).size).toBe(1);
  });

  test('a server that hangs on one mail holds up neither the others nor the end', async () => {
    mailbox.script('tar@example.com', 'hang');
    const ctx = site();
    await enqueueNow(ctx, [mailTo('tar@example.com'), ...['a', 'b', 'c'].map((name) => mailTo(`${name}@example.com`))]);
    const started = Date.now();
    expect(await run(ctx, { ...patient, messageTimeout: 3 * second })).toEqual({
      sent: 3,
      retried: 1,
      dead: 0,
      obsolete: 0,
    });
    expect(Date.now() - started).toBeLessThan(12 * second);
    expect((await outboxRows(ctx.db))[0]?.last_error).toMatch(/took too long/);
  });

  test('with the mail server down everything waits, and leaves when it is back', async () => {
    const ctx = site();
    await enqueueNow(ctx, [mailTo('a@example.com'), mailTo('b@example.com')]);
    const port = Number(new URL(mailbox.url).port);
    await mailbox.stop();
    expect(await run(ctx, patient)).toEqual({ sent: 0, retried: 2, dead: 0, obsolete: 0 });
    mailbox = await startMailbox(port);
    await makeOutboxDue(ctx.db);
    expect(await run(ctx, patient)).toMatchObject({ sent: 2 });
  });

  test('a dispatcher that was killed between sending and marking: the mail comes again with the same Message-ID', async () => {
    const answer = gate();
    const killed = site({
      delivery: {
        sendMail: async (mail, signal) => {
          await carrier.sendMail(mail, signal);
          // What the process would have done next does not happen in time.
          await answer.passed;
        },
      },
    });
    await enqueueNow(killed, [mailTo('ada@example.com')]);
    const dead = run(killed);
    await mailbox.waitFor('ada@example.com');
    expect(await run()).toMatchObject({ sent: 0 });
    await makeOutboxDue(database.db);
    expect(await run()).toMatchObject({ sent: 1 });
    const arrived = await mailbox.waitFor('ada@example.com', { count: 2 });
    expect(new Set(arrived.map(({ messageId }) => messageId)).size).toBe(1);
    expect(await outboxRows(database.db)).toMatchObject([{ state: 'sent', attempts: 2 }]);
    answer.open();
    await dead;
  });

  test('a dispatcher that comes back after its time-out changes nothing that another one did', async () => {
    const answer = gate();
    const slow = site({ delivery: { sendMail: () => answer.passed } });
    await enqueueNow(slow, [mailTo('ada@example.com')]);
    const late = run(slow);
    while ((await outboxRows(database.db))[0]?.attempts !== 1) await new Promise((done) => setTimeout(done, 10));
    await makeOutboxDue(database.db);
    mailbox.script('ada@example.com', 'reject');
    const quick = site({ delivery: { postChat: null } });
    expect(await run(quick)).toMatchObject({ dead: 1 });
    answer.open();
    await late;
    expect((await outboxRows(database.db))[0]).toMatchObject({ state: 'dead', attempts: 2 });
    expect(slow.logLines.some(({ msg }) => msg === 'message was taken by another dispatcher')).toBe(true);
  });

  test('two dispatchers at once send each mail once', async () => {
    const addresses = Array.from({ length: 120 }, (_, index) => `user${index}@example.com`);
    await enqueueNow(
      site(),
      addresses.map((address) => mailTo(address)),
    );
    const counts = await Promise.all([1, 2].map(() => run(site({ db: database.connect() }), { batch: 10 })));
    expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(120);
    expect(mailbox.mails.map(({ to }) => to).sort()).toEqual([...addresses].sort());
  });

  test.each([1, 5, 20, 120, 1000])('of %i messages, two that claim at once hold different ones', async (number) => {
    // SQLite has one writer at a time, so there is no “at once”.
    if (database.dialect === 'SQLite') return;
    await enqueueNow(
      site(),
      Array.from({ length: number }, (_, index) => mailTo(`user${index}@example.com`)),
    );
    const [first, second] = await Promise.all([database.connect().transaction(), database.connect().transaction()]);
    const held = await lockDueMessages(first, ['mail', 'chat'], 10);
    const others = await lockDueMessages(second, ['mail', 'chat'], 10);
    await Promise.all([first.rollback(), second.rollback()]);
    expect(held).toHaveLength(Math.min(10, number));
    expect(others).toHaveLength(Math.min(10, number - held.length));
    expect(others.filter((id) => held.includes(id))).toEqual([]);
  });

  test('a message that has lost its meaning, or its reader, is put aside as obsolete', async () => {
    const ctx = site({ delivery: { postChat: async ({ recipient }) => recipient !== 'person:gone@example.com' } });
    await enqueueNow(ctx, [
      mailTo('ada@example.com', 'Nobody'),
      chatTo('person:gone@example.com'),
      chatTo('person:ada@example.com'),
    ]);
    expect(await run(ctx)).toEqual({ sent: 1, retried: 0, dead: 0, obsolete: 2 });
    expect(mailbox.mails).toEqual([]);
  });

  test('without a mail server, or without Slack, only what cannot leave waits, untouched', async () => {
    const ctx = site();
    await enqueueNow(ctx, [mailTo('ada@example.com'), chatTo('admin-channel')]);
    const mute = site({ delivery: { sendMail: null, postChat: null } });
    expect(await run(mute)).toEqual({ sent: 0, retried: 0, dead: 0, obsolete: 0 });
    const chatOnly = site({ delivery: { sendMail: null } });
    expect(await run(chatOnly)).toMatchObject({ sent: 1 });
    expect(await outboxRows(ctx.db)).toMatchObject([
      { kind: 'mail', state: 'waiting', attempts: 0, token: null },
      { kind: 'chat', state: 'sent' },
    ]);
  });

  test('a template that fails, or is not known yet, makes its message wait and the log say so', async () => {
    const broken: MailTemplate = { ...greeting, render: () => Promise.reject(new Error('no such user')) };
    const ctx = site({ delivery: { templates: [broken] } });
    await enqueueNow(ctx, [mailTo('ada@example.com'), chatTo('admin-channel')]);
    expect(await run(ctx, patient)).toEqual({ sent: 0, retried: 2, dead: 0, obsolete: 0 });
    const [mail, chat] = await outboxRows(ctx.db);
    expect(mail?.last_error).toBe('The message could not be made; the log tells why.');
    expect(chat?.last_error).toBe('No template is named note.');
    expect(ctx.logLines.some(({ level, err }) => level === 50 && (err as Error)?.message === 'no such user')).toBe(
      true,
    );
  });

  test('when it is told to stop, what was not begun is due for the next one at once', async () => {
    const controller = new AbortController();
    const ctx = site({
      delivery: {
        sendMail: async (mail, signal) => {
          await carrier.sendMail(mail, signal);
          controller.abort();
        },
      },
    });
    await enqueueNow(
      ctx,
      Array.from({ length: 10 }, (_, index) => mailTo(`user${index}@example.com`)),
    );
    expect(await run(ctx, { signal: controller.signal, workers: 1 })).toMatchObject({ sent: 1, retried: 0 });
    expect(await run()).toMatchObject({ sent: 9 });
    expect(mailbox.mails).toHaveLength(10);
  });
});
