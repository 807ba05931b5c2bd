import { parseRecipients } from '../../lib/email';
import { invalidInput } from '../errors';
import type { CommandLine } from './command-text';

/** The one address of a command. @throws AppError `invalid_input` with the usage */
export function oneAddress(line: CommandLine, usage: string): string {
  const { recipients, bad } = parseRecipients(line.rest);
  if (recipients.length === 1 && recipients[0]) return recipients[0].email;
  if (recipients.length > 1) throw invalidInput(`Name one person at a time: ${usage}`);
  throw invalidInput(bad[0] ? `“${bad[0].text}” ${bad[0].reason}. Usage: ${usage}` : `Whom? Usage: ${usage}`);
}
