import nodemailer from 'nodemailer';
import { second } from '../../lib/duration';
import { DeliveryFailed, type OutgoingMail } from './delivery.types';

/** What nodemailer adds to its errors. */
interface SmtpError {
  readonly message?: string;
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

/** A carrier that holds connections to the mail server. */
export interface SmtpCarrier {
  /** Sends one mail to one recipient. @throws DeliveryFailed */
  sendMail(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** "Authentication required", "too weak", "failed", "encryption required": all about our account, not about the mail. */
const accountAnswers = new Set([530, 534, 535, 538]);
const settingCodes = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONFIG', 'EPROXY']);

/** RFC 5321 §4.2.1 for the answers; without an answer nobody knows what became of the mail, so it is tried again. */
function outcomeOf({ code, responseCode, command, message }: SmtpError): DeliveryFailed['outcome'] {
  if (responseCode !== undefined && accountAnswers.has(responseCode)) return 'alarm';
  if (responseCode !== undefined && responseCode >= 400 && responseCode < 500) return 'transient';
  if (responseCode === 503 || responseCode === 421) return 'transient';
  // Refused before any mail was named: the server does not want us, whatever we bring.
  const beforeMail = command === 'CONN' || command === 'EHLO' || command === 'HELO' || command === 'LHLO';
  if (responseCode !== undefined && responseCode >= 500) return beforeMail ? 'alarm' : 'permanent';
  if (code !== undefined && settingCodes.has(code)) return 'alarm';
  // The server's certificate is not one that we trust.
  if (/certificate/i.test(message ?? '')) return 'alarm';
  return 'transient';
}

function explain(error: SmtpError): string {
  if (error.code === 'EABORT' || error.code === 'ETIMEDOUT') return 'The mail server took too long to answer.';
  return error.message ?? 'The mail could not be sent.';
}

const connectionTo = (url: string) => ({
  url,
  dnsTimeout: 5 * second,
  connectionTimeout: 5 * second,
  greetingTimeout: 10 * second,
  socketTimeout: 15 * second,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Connects, signs in where the address names somebody, and sends nothing. @throws DeliveryFailed that says why not */
export async function checkMailServer(smtpUrl: string): Promise<void> {
  const transport = nodemailer.createTransport(connectionTo(smtpUrl));
  try {
    await transport.verify();
  } catch (error) {
    throw new DeliveryFailed(explain(error as SmtpError), outcomeOf(error as SmtpError));
  } finally {
    transport.close();
  }
}

/**
 * Connects to the mail server when there is something to send.
 * @param smtpUrl `smtp://` or `smtps://USER:PASSWORD@HOST:PORT`
 * @param from the sender, such as `Usher <usher@example.com>`
 */
export function createSmtpCarrier(smtpUrl: string, from: string): SmtpCarrier {
  const transport = nodemailer.createTransport({
    ...connectionTo(smtpUrl),
    pool: true,
    maxConnections: 5,
    maxMessages: 100,
  });
  return {
    async sendMail({ to, subject, text, html, messageId }, signal) {
      try {
        await transport.sendMail({
          from,
          // As an object, so that nothing in the address is read as a list or a name.
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId,
          signal,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
      } catch (error) {
        throw new DeliveryFailed(explain(error as SmtpError), outcomeOf(error as SmtpError));
      }
    },
    close: () => transport.close(),
  };
}
