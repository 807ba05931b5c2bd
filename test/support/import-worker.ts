import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../src/config';
import { resumeImports } from '../../src/features/imports/run-import.service';
import { systemClock } from '../../src/lib/clock';
import { createLogger } from '../../src/platform/logging';
import { deliverDue } from '../../src/platform/mail/dispatcher';
import { createSmtpCarrier } from '../../src/platform/mail/smtp';
import { openSite } from '../../src/site';

/**
 * A replica of its own, for tests that kill or stop one: takes up imports and sends mail, over and over, until it is told
 * to end. Its settings come as JSON in its argument. It says `statement` before each of the imports, `mail` when the mail
 * server took one, and what it announces.
 */
const config = loadConfig(JSON.parse(process.argv[2] ?? '{}') as Record<string, string>);
const say = (word: string): void => void process.stdout.write(`${word}\n`);
const log = createLogger('warn', process.stderr);
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());

async function again(work: () => Promise<unknown>): Promise<void> {
  while (!stopping.signal.aborted) {
    await work().catch((error: unknown) => log.warn({ err: error }, 'comes again'));
    await pause(50);
  }
}

async function work(): Promise<void> {
  const smtp = config.smtpUrl === null ? null : createSmtpCarrier(config.smtpUrl, config.mailFrom);
  // Connections of their own, so that only what an import asks is told.
  const [importing, mailing] = (['resume-imports', 'deliver-mail'] as const).map((name) =>
    openSite(config, {
      log,
      clock: systemClock,
      actor: { kind: 'system', name },
      announce: async ({ kind }) => say(kind),
      sendMail: async (mail, signal) => {
        await smtp?.sendMail(mail, signal);
        say('mail');
      },
      postChat: async () => true,
    }),
  );
  if (importing === undefined || mailing === undefined) throw new Error('no site was opened');
  importing.ctx.db.on('query', () => say('statement'));
  await Promise.all([
    again(() => resumeImports(importing.ctx, stopping.signal)),
    smtp === null ? null : again(() => deliverDue(mailing.ctx, { signal: stopping.signal })),
  ]);
  await Promise.all([importing.close(), mailing.close()]);
  smtp?.close();
}

void work();
