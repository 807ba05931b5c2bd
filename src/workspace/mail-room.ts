import type { Clock } from '../lib/clock';
import { freshId } from './ids';
import type { MailBodyView, MailView } from './protocol';

/** A mail as its sender hands it over. */
export interface IncomingMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | null;
  readonly messageId?: string;
}

export interface MailRoom {
  accept(mail: IncomingMail): MailBodyView;
  /** Newest first. */
  list(): readonly MailBodyView[];
  byId(id: string): MailBodyView | undefined;
}

const mailsKept = 500;

export function createMailRoom(clock: Clock): MailRoom {
  const mails: MailBodyView[] = [];
  return {
    accept({ from, to, subject, text, html, messageId }) {
      const id = freshId('E');
      const receivedAt = clock.now().toISOString();
      const mail = {
        id,
        from,
        to,
        subject,
        text,
        html: html ?? null,
        messageId: messageId ?? `<${id}@local>`,
        receivedAt,
      };
      mails.unshift(mail);
      if (mails.length > mailsKept) mails.pop();
      return mail;
    },
    list: () => mails,
    byId: (id) => mails.find((mail) => mail.id === id),
  };
}

/** The envelope of a mail, without its body. */
export function mailView({ id, from, to, subject, receivedAt, messageId }: MailView): MailView {
  return { id, from, to, subject, receivedAt, messageId };
}
