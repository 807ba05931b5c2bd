import { z } from 'zod';
import { oneLine } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { sentence } from '../../platform/slack/blocks';
import type { CommandLine } from '../../platform/slack/command-text';
import type { ActionCall, SlackEdge } from '../../platform/slack/definitions';
import { oneAddress } from '../../platform/slack/one-address';
import { uploadWritten } from '../../platform/slack/own-file';
import { addressOf, readTrail, workbookLimit, writeTrailWorkbook } from './history.service';
import { trailMessage } from './history.text';
import type { TrailWords } from './trail.types';

const eventsPerPage = 10;

const trailValue = z.object({
  words: z.object({
    who: z.string().max(254).nullable(),
    what: z.string().max(60).nullable(),
    about: z.string().max(254).nullable(),
    since: z.string().max(20).nullable(),
    text: z.string().max(200),
  }),
  place: z.union([
    z.object({ older: z.number().int().positive() }),
    z.object({ newer: z.number().int().positive() }),
    z.null(),
  ]),
});

const everything: TrailWords = { who: null, what: null, about: null, since: null, text: '' };

/** `who:ada@x.org what:disabled since:2026-11-01 text` in words. @throws AppError `invalid_input` */
function readWords(line: CommandLine): TrailWords {
  const single = (name: string, longest: number) => {
    const values = line.options.get(name) ?? [];
    if (values.length > 1) throw invalidInput(`Give one ${name}: only.`, name);
    const value = values[0] ?? null;
    if (value !== null && value.length > longest) throw invalidInput(`The ${name}: is too long.`, name);
    return value;
  };
  const text = oneLine(line.rest);
  if (text.length > 200) throw invalidInput('Look for a shorter text, of 200 characters at most.');
  return {
    who: single('who', 254),
    what: single('what', 60),
    about: single('about', 254),
    since: single('since', 20),
    text,
  };
}

async function showTrail(ctx: Context, call: Pick<ActionCall, 'reply'>, words: TrailWords): Promise<void> {
  await call.reply(trailMessage(await readTrail(ctx, words, null, eventsPerPage), words));
}

/** `/users history`, `/usher audit`: who did what to whom, and when. */
export const historyEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'history',
      access: 'admin',
      usage: 'EMAIL',
      summary: 'Shows what was done to one person, by whom and when; for deleted people, too',
      example: '/users history ada@example.com',
      options: [],
      handle: async (ctx, call) =>
        showTrail(ctx, call, { ...everything, about: oneAddress(call.line, '/users history EMAIL') }),
    },
    {
      command: '/usher',
      verb: 'audit',
      access: 'admin',
      usage: '[who:EMAIL what:WORD about:EMAIL since:DAY text]',
      summary: 'Shows who did what to whom, newest first',
      example: '/usher audit who:ada@example.com what:disabled since:2026-11-01',
      options: ['who', 'what', 'about', 'since'],
      handle: async (ctx, call) => showTrail(ctx, call, readWords(call.line)),
    },
  ],
  actions: [
    {
      id: 'show-history',
      access: 'admin',
      async handle(ctx, call) {
        const about = await addressOf(ctx, z.coerce.number().int().positive().parse(call.value));
        await showTrail(ctx, call, { ...everything, about });
      },
    },
    {
      id: 'trail:',
      access: 'admin',
      async handle(ctx, call) {
        const { words, place } = trailValue.parse(JSON.parse(call.value));
        await call.replace(trailMessage(await readTrail(ctx, words, place, eventsPerPage), words));
      },
    },
    {
      id: 'trail-workbook',
      access: 'admin',
      async handle(ctx, call) {
        const { words } = trailValue.parse(JSON.parse(call.value));
        await uploadWritten(
          call.slack,
          await call.slack.directConversation(call.caller.slackUserId),
          {
            name: 'Audit trail.xlsx',
            comment: `The trail as you filtered it, the newest ${workbookLimit.toLocaleString('en-US')} lines at most.`,
          },
          (path) => writeTrailWorkbook(ctx, words, path),
        );
        await call.reply(sentence('The workbook lies in our direct conversation.'));
      },
    },
  ],
};
