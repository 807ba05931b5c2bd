import { z } from 'zod';
import type { MailTemplate } from '../../platform/mail/delivery.types';
import { renderMail } from '../../platform/mail/mail-layout';
import { siteTime } from '../../platform/mail/site-time';
import { findWorkingLink, linkUrl } from './links.service';

/** The mail that brings somebody a link to choose a password: a new one, or the first one of a new admin. */
export const resetMail: MailTemplate = {
  kind: 'mail',
  name: 'reset',
  async render(ctx, payload) {
    const found = await findWorkingLink(ctx, z.object({ linkId: z.int() }).parse(payload).linkId);
    if (found === null || found.link.purpose !== 'reset') return null;
    const { link, user } = found;
    const until = siteTime(link.expiresAt, ctx.config.timeZone);
    return renderMail({
      subject: user.hasPassword ? 'Choose a new password' : 'Your account is ready: choose a password',
      preview: `Your link works until ${until}.`,
      heading: user.hasPassword ? 'Choose a new password' : 'Your account is ready',
      parts: [
        { kind: 'paragraph', text: user.firstName === '' ? 'Hello,' : `Hello ${user.firstName},` },
        {
          kind: 'paragraph',
          text: user.hasPassword
            ? `an administrator of your test-management platform asked us to send you this link. With it you choose a new password for ${user.email}. Until you do, the old one keeps working.`
            : `your account on the test-management platform is ready. Choose a password for ${user.email}, and you can sign in.`,
        },
        {
          kind: 'link',
          label: user.hasPassword ? 'Choose a new password' : 'Choose my password',
          url: linkUrl(ctx, link).reveal(),
        },
        {
          kind: 'paragraph',
          text: `The link works once, until ${until}. After that, ask one of your admins for a new one.`,
        },
        {
          kind: 'aside',
          text: `This mail is for ${user.email}. Please do not forward it: whoever has the link can set the password. If you did not expect it, tell one of your admins; nothing changes unless somebody uses the link.`,
        },
      ],
    });
  },
};
