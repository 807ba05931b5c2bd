import { z } from 'zod';
import type { MailTemplate } from '../../platform/mail/delivery.types';
import { type MailPart, renderMail } from '../../platform/mail/mail-layout';
import { findUsers } from '../users/users.service';
import type { AuthSystem, User } from '../users/users.types';

const payloadSchema = z.object({ userId: z.int(), authSystem: z.enum(['internal', 'ldap', 'sso']) });

const named = (name: string | null) => (name === null ? '' : ` Your username there is ${name}.`);

const ways: Readonly<Record<AuthSystem, { subject: string; how: (user: User) => string }>> = {
  internal: {
    subject: 'You now sign in with your password',
    how: ({ email }) =>
      `From now on you sign in with your e-mail address, ${email}, and the password that you chose here before.`,
  },
  ldap: {
    subject: 'You now sign in with your company password (LDAP)',
    how: ({ email, ldapUsername }) =>
      `From now on you sign in with your e-mail address, ${email}, and the password of your company’s directory (LDAP).${named(ldapUsername)}`,
  },
  sso: {
    subject: 'You now sign in by single sign-on (SSO)',
    how: ({ ssoUsername }) =>
      `From now on you sign in with your company’s account: press “Sign in with SSO” on the sign-in page.${named(ssoUsername)}`,
  },
};

/** Tells somebody that they sign in by another system now. Not sent any more when that was changed once more. */
export const authChangedMail: MailTemplate = {
  kind: 'mail',
  name: 'auth-changed',
  async render(ctx, payload) {
    const { userId, authSystem } = payloadSchema.parse(payload);
    const [user] = await findUsers(ctx, [userId]);
    if (user?.status !== 'active' || user.authSystem !== authSystem) return null;
    const { subject, how } = ways[authSystem];
    const parts: MailPart[] = [
      { kind: 'paragraph', text: user.firstName === '' ? 'Hello,' : `Hello ${user.firstName},` },
      {
        kind: 'paragraph',
        text: `an administrator of your test-management platform changed how you sign in. ${how(user)}`,
      },
      { kind: 'link', label: 'Sign in', url: `${ctx.config.publicUrl}/sign-in` },
      {
        kind: 'paragraph',
        text: 'Wherever you were signed in, you are asked to sign in again. Your projects, your work and your API tokens stay as they are.',
      },
      {
        kind: 'aside',
        text: 'If you cannot get in this way, ask one of your admins. There is nothing secret in this mail.',
      },
    ];
    return renderMail({ subject, preview: how(user), heading: subject, parts });
  },
};
