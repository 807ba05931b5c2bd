import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/**
 * What the server does with one try to deliver:
 * `defer` answers 451 as greylisting does, `reject` 550, `unavailable` 503, `sign-in-first` 530, `drop-after-data`
 * takes the mail and closes the connection without a word, `hang` never answers.
 */
export type MailboxAnswer =
  | 'accept'
  | 'defer'
  | 'reject'
  | 'unavailable'
  | 'sign-in-first'
  | 'drop-after-data'
  | 'hang';

export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  /** Everything else that the parser found. */
  readonly email: Email;
  /** False where the server hung up before it said that it took the mail. */
  readonly acknowledged: boolean;
}

/** A real mail server in this process, on 127.0.0.1. */
export interface Mailbox {
  /** For SMTP_URL. */
  readonly url: string;
  /** Everything that arrived, in that order. */
  readonly mails: ReceivedMail[];
  /** The answers to the next tries for an address; the last one stays in force. */
  script(recipient: string, ...answers: readonly MailboxAnswer[]): void;
  /** How often somebody tried to deliver to that address. */
  tries(recipient: string): number;
  /** Waits until `count` mails came for that address. */
  waitFor(
    recipient: string,
    options?: { readonly count?: number; readonly milliseconds?: number },
  ): Promise<ReceivedMail[]>;
  stop(): Promise<void>;
}

const refusals: Partial<Record<MailboxAnswer, [code: number, words: string]>> = {
  defer: [451, '4.7.1 Greylisted, please try again later'],
  reject: [550, '5.1.1 No such mailbox here'],
  unavailable: [503, '5.5.1 Not now'],
  'sign-in-first': [530, '5.7.0 Authentication required'],
};

/** Starts a mail server on a free port, or on the given one (to come back after an outage). */
export async function startMailbox(port = 0): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  const scripts = new Map<string, MailboxAnswer[]>();
  const counts = new Map<string, number>();

  const nextAnswer = (recipient: string): MailboxAnswer => {
    counts.set(recipient, (counts.get(recipient) ?? 0) + 1);
    const answers = scripts.get(recipient) ?? [];
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? 'accept';
  };
  // The answer that was drawn when the recipient was named, for the data that follow in the same session.
  const drawn = new WeakMap<object, MailboxAnswer>();

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onRcptTo(address, session, done) {
      const answer = nextAnswer(address.address.toLowerCase());
      drawn.set(session, answer);
      if (answer === 'hang') return;
      const refusal = refusals[answer];
      done(refusal === undefined ? null : Object.assign(new Error(refusal[1]), { responseCode: refusal[0] }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const acknowledged = drawn.get(session) !== 'drop-after-data';
        void PostalMime.parse(Buffer.concat(chunks)).then((email) => {
          for (const { address } of session.envelope.rcptTo) {
            mails.push({
              to: address.toLowerCase(),
              from: email.from?.address ?? '',
              subject: email.subject ?? '',
              messageId: email.messageId ?? '',
              text: email.text ?? '',
              html: email.html ?? '',
              email,
              acknowledged,
            });
          }
          if (acknowledged) done();
          else
            for (const connection of server.connections)
              if (connection.session === session) connection._socket.destroy();
        }, done);
      });
    },
  });
  // Clients that go away in the middle are part of the tests.
  server.on('error', () => undefined);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => done());
  });
  const { port: listening } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${listening}`,
    mails,
    script: (recipient, ...answers) => void scripts.set(recipient.toLowerCase(), [...answers]),
    tries: (recipient) => counts.get(recipient.toLowerCase()) ?? 0,
    async waitFor(recipient, { count = 1, milliseconds = 10_000 } = {}) {
      for (const deadline = Date.now() + milliseconds; ; ) {
        const found = mails.filter(({ to }) => to === recipient.toLowerCase());
        if (found.length >= count) return found;
        if (Date.now() > deadline) throw new Error(`${found.length} of ${count} mails came for ${recipient}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    stop: () => new Promise((done) => server.close(() => done())),
  };
}
