import { didYouMean } from '../../lib/did-you-mean';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import type { CommandLine } from '../../platform/slack/command-text';
import type { CommandCall, SlackEdge } from '../../platform/slack/definitions';
import { withOwnFile } from '../../platform/slack/own-file';
import { readFilter } from '../directory/directory.commands';
import { countForExport, type ExportChoice, exportPeople } from './exports.service';
import {
  exportBegunMessage,
  exportComment,
  exportLostMessage,
  exportStoppedMessage,
  nobodyMatchesMessage,
} from './exports.text';

const formats = { xlsx: 'xlsx', excel: 'xlsx', csv: 'csv' } as const;
const answers = { yes: true, no: false } as const;

/** The one value of an option among the words it takes. @throws AppError `invalid_input` with "did you mean" */
function oneOf<Value>(line: CommandLine, option: string, words: Readonly<Record<string, Value>>, unsaid: Value): Value {
  const values = line.options.get(option) ?? [];
  if (values.length > 1) throw invalidInput(`Name one ${option} only. Nothing was written.`, option);
  const [typed] = values;
  if (typed === undefined) return unsaid;
  const value = new Map(Object.entries(words)).get(typed.toLowerCase());
  if (value !== undefined) return value;
  const known = Object.keys(words);
  const meant = didYouMean(typed, known);
  throw invalidInput(
    `${option}: takes ${known.join(' or ')}, not “${typed}”.${meant === null ? '' : ` Did you mean ${option}:${meant}?`} Nothing was written.`,
    option,
  );
}

function readChoice(line: CommandLine): ExportChoice {
  return {
    words: readFilter(line),
    format: oneOf(line, 'format', formats, 'xlsx'),
    links: oneOf(line, 'links', answers, false),
  };
}

/** Writes the file into a folder that only this program reads, and puts it into the conversation. */
async function writeAndSend(
  ctx: Context,
  { slack, stopping: signal }: CommandCall,
  conversationId: string,
  choice: ExportChoice,
): Promise<void> {
  await withOwnFile(async (path) => {
    const { people, cut } = await exportPeople(ctx, choice, path, { signal, moved: () => undefined });
    const isShown = await slack.upload(conversationId, {
      path,
      name: `${choice.links ? 'People with links' : 'People'}.${choice.format}`,
      comment: exportComment(people, cut, choice.links),
      signal,
    });
    if (!isShown) await slack.post(conversationId, exportLostMessage);
  });
}

/** Sends the file to the direct conversation of the admin, where they are told as well if Usher ends before. */
async function sendExport(ctx: Context, call: CommandCall, choice: ExportChoice): Promise<void> {
  const conversationId = await call.slack.directConversation(call.caller.slackUserId);
  try {
    await writeAndSend(ctx, call, conversationId, choice);
  } catch (error) {
    if (!call.stopping.aborted) throw error;
    ctx.log.info('an export was stopped');
    await call.slack.post(conversationId, exportStoppedMessage);
  }
}

/** `/users export`: everybody, or whom a filter describes, as a file. */
export const exportsEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'export',
      access: 'admin',
      usage: '[status:NAME project:NAME group:NAME text format:csv links:yes]',
      summary: 'Sends you people as a spreadsheet to edit and import; disabled ones only when asked for',
      example: '/users export status:all project:"Apollo One" format:csv',
      options: ['status', 'project', 'group', 'format', 'links'],
      async handle(ctx, call) {
        const choice = readChoice(call.line);
        const people = await countForExport(ctx, choice);
        if (people === 0) return call.reply(nobodyMatchesMessage);
        await call.reply(exportBegunMessage(people, choice.links));
        await sendExport(ctx, call, choice);
      },
    },
  ],
};
