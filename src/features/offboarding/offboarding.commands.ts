import { parseRecipients } from '../../lib/email';
import type { Context } from '../../platform/context';
import { invalidInput, notFound } from '../../platform/errors';
import { sentence } from '../../platform/slack/blocks';
import type { CommandLine } from '../../platform/slack/command-text';
import type { ActionCall, CommandCall, SlackEdge } from '../../platform/slack/definitions';
import { readId } from '../../platform/slack/values';
import { findUsersByEmail, showUser } from '../users/users.service';
import { callOffOffboarding, listOffboardings, plannedOffboardingOf, planOffboarding } from './offboarding.service';
import {
  calledOffSentence,
  callOffButton,
  callOffListedButton,
  offboardingsMessage,
  plannedMessage,
} from './offboarding.text';
import { readDueTime } from './read-due-time';

const usage = '/users offboard EMAIL on:2026-12-01 18:00 replacement:EMAIL confirm:EMAIL';

interface OffboardLine {
  readonly email: string;
  readonly replacement: string | null;
  /** Date and time as typed: the time may follow the option, because it holds no quotes. */
  readonly on: string;
  readonly off: boolean;
  /** The address typed again, where much moves. */
  readonly typed: string | null;
}

/** @throws AppError `invalid_input` */
function readLine(line: CommandLine): OffboardLine {
  const time = /(?:^|\s)(\d{1,2}[:.]\d{2})(?=\s|$)/.exec(line.rest);
  const { recipients, bad } = parseRecipients(time === null ? line.rest : line.rest.replace(time[0], ' '));
  const [person, ...more] = recipients;
  if (more.length > 0) throw invalidInput(`Plan for one person at a time. Nothing was planned. Usage: ${usage}`);
  const [wrong] = bad;
  if (!person || wrong)
    throw invalidInput(wrong ? `“${wrong.text}” ${wrong.reason}. Usage: ${usage}` : `Whom? Usage: ${usage}`);
  const takers = parseRecipients((line.options.get('replacement') ?? []).join(' '));
  if (takers.bad[0]) throw invalidInput(`“${takers.bad[0].text}” ${takers.bad[0].reason}. Nothing was planned.`);
  if (takers.recipients.length > 1)
    throw invalidInput('Only one person can take over; name one replacement. Nothing was planned.');
  const off = (line.options.get('off') ?? []).join(' ').toLowerCase();
  if (off !== '' && off !== 'yes') throw invalidInput('To call it off, write off:yes. Nothing was changed.', 'off');
  return {
    email: person.email,
    replacement: takers.recipients[0]?.email ?? null,
    on: [...(line.options.get('on') ?? []), ...(time?.[1] === undefined ? [] : [time[1]])].join(' '),
    off: off === 'yes',
    typed: parseRecipients((line.options.get('confirm') ?? []).join(' ')).recipients[0]?.email ?? null,
  };
}

async function plan(ctx: Context, call: CommandCall, line: OffboardLine): Promise<void> {
  const dueAt = readDueTime(line.on, ctx.config.timeZone, ctx.clock.now());
  const user = await showUser(ctx, line.email);
  const [taker] = line.replacement === null ? [] : await findUsersByEmail(ctx, [line.replacement]);
  if (line.replacement !== null && !taker)
    throw notFound('user', `Nobody here has the address ${line.replacement}. Nothing was planned.`);
  const planned = await planOffboarding(ctx, {
    userId: user.id,
    replacementId: taker?.id ?? null,
    dueAt,
    typed: line.typed,
    idempotencyKey: `offboard:${call.requestId}`,
  });
  await call.reply(plannedMessage(planned, ctx.config.timeZone));
}

async function callOff(ctx: Context, call: ActionCall): Promise<string> {
  const { offboarding, calledOff } = await callOffOffboarding(ctx, readId(call.value));
  return calledOffSentence(offboarding, calledOff);
}

const overview = async (ctx: Context, said: string | null = null) =>
  offboardingsMessage(await listOffboardings(ctx), ctx.config.timeZone, said);

/** `/users offboard`: deletions that are planned for later. */
export const offboardingEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'offboard',
      access: 'admin',
      usage: '[EMAIL on:DATE TIME replacement:EMAIL confirm:EMAIL off:yes]',
      summary: 'Plans a deletion for later, or calls it off; alone it lists what is planned',
      example: '/users offboard ada@example.com on:2026-12-01 18:00 replacement:grace@example.com',
      options: ['on', 'replacement', 'confirm', 'off'],
      async handle(ctx, call) {
        if (call.line.rest === '' && call.line.options.size === 0) return call.reply(await overview(ctx));
        const line = readLine(call.line);
        if (!line.off) return plan(ctx, call, line);
        const { id } = await plannedOffboardingOf(ctx, await showUser(ctx, line.email));
        const { offboarding, calledOff } = await callOffOffboarding(ctx, id);
        return call.reply(sentence(calledOffSentence(offboarding, calledOff)));
      },
    },
  ],
  actions: [
    {
      id: callOffButton,
      access: 'admin',
      handle: async (ctx, call) => call.replace(sentence(await callOff(ctx, call))),
    },
    {
      id: callOffListedButton,
      access: 'admin',
      async handle(ctx, call) {
        const said = await callOff(ctx, call);
        await call.replace(await overview(ctx, said));
      },
    },
    {
      id: 'show-offboardings',
      access: 'admin',
      handle: async (ctx, call) => call.reply(await overview(ctx)),
    },
  ],
};
