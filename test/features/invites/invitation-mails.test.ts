import { issueLinks } from '../../../src/features/credentials/links.service';
import { invitationMail, reminderMail } from '../../../src/features/invites/invites.mail';
import { day } from '../../../src/lib/duration';
import { inTransaction } from '../../../src/platform/db/transaction';
import { insertAdmin, insertMembership, insertProject, insertUser, type UserRow } from '../../support/builders';
import { type TestContextOverrides, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

forEachDatabase((database) => {
  async function invited(given: Partial<UserRow> = {}, overrides: TestContextOverrides = {}) {
    const ctx = testContext(database, overrides);
    const admin = await insertAdmin(database.db, {
      email: 'grace@example.com',
      first_name: 'Grace',
      last_name: 'Hopper',
    });
    const user = await insertUser(database.db, {
      email: 'ada@example.com',
      first_name: 'Ada',
      status: 'invited',
      ...given,
    });
    const now = ctx.clock.now();
    await database.db('invites').insert({
      user_id: user.id,
      state: 'open',
      invited_by_user_id: admin.id,
      invited_at: now,
      sent_at: now,
      expires_at: now,
    });
    const issue = async () => {
      const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [user.id], 'activation', 7 * day))).get(user.id);
      if (link === undefined) throw new Error('no link');
      return link;
    };
    return { ctx, admin, user, issue, link: await issue() };
  }

  test('an invitation says who invited you, to what, until when, and has the link twice over in both parts’ words', async () => {
    const { ctx, user, link } = await invited({}, { settings: { TIME_ZONE: 'Europe/Berlin' } });
    for (const name of ['Apollo', 'Gemini']) {
      await insertMembership(database.db, {
        userId: user.id,
        projectId: (await insertProject(database.db, { name })).id,
      });
    }
    await insertProject(database.db, { name: 'Not theirs' });
    const mail = await invitationMail.render(ctx, { linkId: link.id });
    expect(mail?.subject).toBe('Grace Hopper invited you to the test-management platform');
    for (const part of [mail?.text ?? '', mail?.html ?? '']) {
      expect(part).toContain('Hello Ada,');
      expect(part).toContain('Grace Hopper (grace@example.com) has invited you');
      expect(part).toContain('Apollo and Gemini');
      expect(part).not.toContain('Not theirs');
      expect(part).toContain('until Monday, 9 November 2026 at 11:00 (Europe/Berlin time)');
      expect(part).toContain('This mail is for ada@example.com');
      expect(part).toMatch(/http:\/\/usher\.test\/activate\?token=[\w-]{48}/);
    }
    expect(mail?.text).toContain('Activate my account:\nhttp://usher.test/activate?token=');
    expect(mail?.html.match(/href="http:\/\/usher\.test\/activate\?token=/g)).toHaveLength(2);
  });

  test('the HTML part needs nothing from elsewhere and runs nothing', async () => {
    const { ctx, link } = await invited();
    const html = (await invitationMail.render(ctx, { linkId: link.id }))?.html ?? '';
    expect(html).not.toMatch(/<img|<script|<link|url\(|src=/);
    const addresses = [...html.matchAll(/https?:\/\/[^\s"<]+/g)].map(([address]) => new URL(address).host);
    expect(new Set(addresses)).toEqual(new Set(['usher.test']));
  });

  test('what people wrote stays text in both parts, and the subject one line', async () => {
    const { ctx, admin, user, link } = await invited({ first_name: '<b>Ada</b>' });
    await database
      .db('users')
      .where({ id: admin.id })
      .update({ first_name: 'Grace\r\nBcc: all@example.com', last_name: '<i>' });
    const project = await insertProject(database.db, { name: '<script>alert("x")</script>' });
    await insertMembership(database.db, { userId: user.id, projectId: project.id });
    const mail = await invitationMail.render(ctx, { linkId: link.id });
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(mail?.html).toContain('&lt;b>Ada&lt;/b>');
    expect(mail?.html).not.toMatch(/<script|<b>|<i>/);
    expect(mail?.text).toContain('Hello <b>Ada</b>,');
  });

  test('many projects are counted after the first twelve', async () => {
    const { ctx, user, link } = await invited();
    for (let number = 1; number <= 15; number += 1) {
      const project = await insertProject(database.db, { name: `Mission ${String(number).padStart(2, '0')}` });
      await insertMembership(database.db, { userId: user.id, projectId: project.id });
    }
    const text = (await invitationMail.render(ctx, { linkId: link.id }))?.text ?? '';
    expect(text).toContain('You will be in 15 projects:');
    expect(text).toContain('and 3 more projects');
  });

  test('without a known inviter or name the mail still reads well', async () => {
    const { ctx, admin, link } = await invited({ first_name: '' });
    await database.db('users').where({ id: admin.id }).del();
    const mail = await invitationMail.render(ctx, { linkId: link.id });
    expect(mail?.subject).toBe('An administrator invited you to the test-management platform');
    expect(mail?.text).toContain('Hello,\n\nAn administrator has invited you');
    expect(mail?.text).toContain('ask one of your admins for a new one');
  });

  test('no mail goes out for a link that was replaced, used, is too old, or whose person is gone or active', async () => {
    const { ctx, user, link, issue } = await invited();
    const rendered = (linkId: number) => invitationMail.render(ctx, { linkId });
    const second = await issue();
    expect(await rendered(link.id)).toBeNull();
    expect(await rendered(second.id)).not.toBeNull();
    await database.db('users').where({ id: user.id }).update({ status: 'active' });
    expect(await rendered(second.id)).toBeNull();
    await database.db('users').where({ id: user.id }).update({ status: 'invited' });
    ctx.clock.advance(7 * day);
    expect(await rendered(second.id)).toBeNull();
    await database.db('users').where({ id: user.id }).del();
    expect(await rendered(second.id)).toBeNull();
    expect(await rendered(999_999)).toBeNull();
  });

  test('the first reminder is friendly, the second says that it is the last, and both carry the same link', async () => {
    const { ctx, link } = await invited();
    const first = await reminderMail.render(ctx, { linkId: link.id, number: 1 });
    const second = await reminderMail.render(ctx, { linkId: link.id, number: 2 });
    expect(first?.subject).toBe('Reminder: Grace Hopper invited you to the test-management platform');
    expect(second?.subject).toBe('Last reminder: the invitation from Grace Hopper ends soon');
    expect(second?.text).toContain('This is the last time');
    const address = /http:\/\/usher\.test\/activate\?token=[\w-]{48}/;
    expect(address.exec(first?.text ?? '')?.[0]).toBe(address.exec(second?.text ?? '')?.[0]);
  });
});
