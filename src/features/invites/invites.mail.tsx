import { z } from 'zod';
import { count, listOf, shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import type { MailTemplate } from '../../platform/mail/delivery.types';
import { type MailPart, renderMail } from '../../platform/mail/mail-layout';
import { siteTime } from '../../platform/mail/site-time';
import { membershipsOf, readCatalogue } from '../access/access.service';
import type { LinkOwner } from '../credentials/credentials.types';
import { findWorkingLink, linkUrl } from '../credentials/links.service';
import { findUsers } from '../users/users.service';
import { inviterName } from './invites.service';
import { selectInvites } from './invites.store';

/** What an invitation says, whether for the first time or again. */
interface InvitationFacts {
  readonly user: LinkOwner;
  readonly url: string;
  readonly inviter: { readonly name: string; readonly email: string | null };
  readonly projects: readonly string[];
  readonly until: string;
}

// The rest is counted; a mail is no list of everything.
const projectsNamed = 12;

async function invitationFacts(ctx: Context, linkId: number): Promise<InvitationFacts | null> {
  const found = await findWorkingLink(ctx, linkId);
  if (found === null || found.link.purpose !== 'activation') return null;
  const { link, user } = found;
  const [invite] = await selectInvites(ctx.db, [user.id]);
  const inviterId = invite?.invitedByUserId ?? null;
  const [inviter] = inviterId === null ? [] : await findUsers(ctx, [inviterId]);
  const memberOf = new Set(
    ((await membershipsOf(ctx, [user.id])).get(user.id) ?? []).map(({ projectId }) => projectId),
  );
  const { projects } = await readCatalogue(ctx);
  return {
    user,
    url: linkUrl(ctx, link).reveal(),
    inviter: { name: shorten(inviterName(inviter), 80), email: inviter?.email ?? null },
    projects: projects.filter(({ id }) => memberOf.has(id)).map(({ name }) => name),
    until: siteTime(link.expiresAt, ctx.config.timeZone),
  };
}

function greeting(user: LinkOwner): string {
  return user.firstName === '' ? 'Hello,' : `Hello ${user.firstName},`;
}

function inviterWithAddress({ inviter }: InvitationFacts): string {
  return inviter.email === null || inviter.email === inviter.name ? inviter.name : `${inviter.name} (${inviter.email})`;
}

function projectParts({ projects }: InvitationFacts): MailPart[] {
  if (projects.length === 0) return [];
  if (projects.length <= 2) {
    return [
      {
        kind: 'paragraph',
        text: `You will be in the ${projects.length === 1 ? 'project' : 'projects'} ${listOf(projects)}.`,
      },
    ];
  }
  const rest = projects.length - projectsNamed;
  const items = projects.slice(0, projectsNamed);
  return [
    { kind: 'paragraph', text: `You will be in ${count(projects.length, 'project')}:` },
    { kind: 'list', items: rest > 0 ? [...items, `and ${count(rest, 'more project')}`] : items },
  ];
}

function endParts(facts: InvitationFacts): MailPart[] {
  const ask = facts.inviter.email === null ? 'one of your admins' : facts.inviter.email;
  return [
    { kind: 'link', label: 'Activate my account', url: facts.url },
    { kind: 'paragraph', text: `The link works once, until ${facts.until}. After that, ask ${ask} for a new one.` },
    {
      kind: 'aside',
      text: `This mail is for ${facts.user.email}. Please do not forward it: whoever has the link can activate the account. If you did not expect it, you need not do anything; the link ends by itself.`,
    },
  ];
}

/** The mail that brings somebody their activation link. */
export const invitationMail: MailTemplate = {
  kind: 'mail',
  name: 'invitation',
  async render(ctx, payload) {
    const facts = await invitationFacts(ctx, z.object({ linkId: z.int() }).parse(payload).linkId);
    if (facts === null) return null;
    return renderMail({
      subject: `${facts.inviter.name} invited you to the test-management platform`,
      preview: `Activate your account until ${facts.until}.`,
      heading: 'You are invited',
      parts: [
        { kind: 'paragraph', text: greeting(facts.user) },
        {
          kind: 'paragraph',
          text: `${inviterWithAddress(facts)} has invited you to work in the test-management platform.`,
        },
        ...projectParts(facts),
        { kind: 'paragraph', text: 'Give your name, choose a password, and you are in. It takes a minute.' },
        ...endParts(facts),
      ],
    });
  },
};

/** The mail that reminds somebody of an invitation which they have not taken up: the first, or the second and last. */
export const reminderMail: MailTemplate = {
  kind: 'mail',
  name: 'reminder',
  async render(ctx, payload) {
    const { linkId, number } = z.object({ linkId: z.int(), number: z.literal([1, 2]) }).parse(payload);
    const facts = await invitationFacts(ctx, linkId);
    if (facts === null) return null;
    const last = number === 2;
    return renderMail({
      subject: last
        ? `Last reminder: the invitation from ${facts.inviter.name} ends soon`
        : `Reminder: ${facts.inviter.name} invited you to the test-management platform`,
      preview: `Your link works until ${facts.until}.`,
      heading: last ? 'Your invitation ends soon' : 'Your invitation is waiting',
      parts: [
        { kind: 'paragraph', text: greeting(facts.user) },
        {
          kind: 'paragraph',
          text: `${inviterWithAddress(facts)} has invited you to work in the test-management platform, and your account is not active yet.`,
        },
        ...projectParts(facts),
        {
          kind: 'paragraph',
          text: last
            ? 'Give your name, choose a password, and you are in. This is the last time that we write about it.'
            : 'Give your name, choose a password, and you are in. It takes a minute.',
        },
        ...endParts(facts),
      ],
    });
  },
};
