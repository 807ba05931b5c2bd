import { resetMail } from '../../../src/features/credentials/credentials.mail';
import { issueLinks, voidLinks } from '../../../src/features/credentials/links.service';
import { day } from '../../../src/lib/duration';
import { inTransaction } from '../../../src/platform/db/transaction';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

forEachDatabase((database) => {
  async function withLink(passwordHash: string | null) {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { email: 'ada@example.com', password_hash: passwordHash });
    const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [user.id], 'reset', day))).get(user.id);
    if (link === undefined) throw new Error('no link');
    return { ctx, user, link };
  }

  test('somebody with a password is told that it works until the new one is set', async () => {
    const { ctx, link } = await withLink('a hash');
    const mail = await resetMail.render(ctx, { linkId: link.id });
    expect(mail?.subject).toBe('Choose a new password');
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('Until you do, the old one keeps working.');
      expect(part).toContain('until Tuesday, 3 November 2026 at 10:00 (UTC)');
      expect(part).toMatch(/http:\/\/usher\.test\/reset-password\?token=[\w-]{48}/);
    }
  });

  test('a new admin is told that the account is ready', async () => {
    const { ctx, link } = await withLink(null);
    const mail = await resetMail.render(ctx, { linkId: link.id });
    expect(mail?.subject).toBe('Your account is ready: choose a password');
    expect(mail?.text).toContain('Choose a password for ada@example.com, and you can sign in.');
  });

  test('no mail goes out for a link that does not work any more', async () => {
    const { ctx, user, link } = await withLink('a hash');
    await inTransaction(ctx, (tx) => voidLinks(tx, [user.id], 'disabled'));
    expect(await resetMail.render(ctx, { linkId: link.id })).toBeNull();
  });
});
