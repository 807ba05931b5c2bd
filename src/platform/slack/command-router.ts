import { didYouMean } from '../../lib/did-you-mean';
import { bold, code, list, message, note, type Piece, paragraph, type SlackMessage } from './blocks';
import type { CommandLine } from './command-text';
import type { SlackEdge, Verb } from './definitions';

/** `/users invite [emails…]`. */
export function usageLine(verb: Verb): string {
  return [verb.command, verb.verb, verb.usage].filter((part) => part !== '').join(' ');
}

/** All verbs of all features, `help` included, by command. */
export function createCommandRouter(edges: readonly SlackEdge[]) {
  const verbs: Verb[] = edges.flatMap((edge) => edge.verbs ?? []);
  for (const command of new Set(verbs.map((verb) => verb.command))) {
    verbs.push({
      command,
      verb: 'help',
      access: 'anyone',
      usage: '[verb]',
      summary: 'Usage, with one real example each',
      example: `${command} help`,
      options: [],
      handle: async (_ctx, call) => call.reply(help(command, call.line.rest.trim().toLowerCase())),
    });
  }
  const of = (command: string) => verbs.filter((verb) => verb.command === command);

  function help(command: string, about: string): SlackMessage {
    const found = of(command).find(({ verb }) => verb === about);
    if (about !== '' && found) {
      return message(
        usageLine(found),
        paragraph(code(usageLine(found)), `\n${found.summary}.`),
        paragraph('For example:\n', code(found.example)),
      );
    }
    const known = about === '' ? null : didYouMean(about, names(command));
    const rows = of(command)
      .filter(({ verb }) => verb !== 'help')
      .map((verb): Piece[] => [code(usageLine(verb)), ` ${verb.summary}`]);
    return message(
      `What ${command} can do`,
      ...(about === ''
        ? []
        : [paragraph(`There is no ${command} ${about}.${known ? ` Did you mean ${command} ${known}?` : ''}`)]),
      paragraph(bold(`What ${command} can do`)),
      list(rows),
      note(
        `Values with spaces are quoted: project:"Apollo One". An @mention works wherever an e-mail does. ${command} help VERB shows an example.`,
      ),
    );
  }

  const names = (command: string) =>
    of(command)
      .map(({ verb }) => verb)
      .filter((verb) => verb !== '');

  const optionNames = [...new Set(verbs.flatMap((verb) => verb.options))];

  return {
    verbs: verbs as readonly Verb[],
    /** Whether a word before a colon is the name of any verb's option, or nearly so. */
    isOption: (name: string) => optionNames.includes(name) || didYouMean(name, optionNames) !== null,
    help,
    /** The verb that a line names, or what to tell the person instead. */
    find(command: string, line: CommandLine): { readonly verb: Verb } | { readonly problem: SlackMessage } {
      const verb = of(command).find((candidate) => candidate.verb === line.verb) ?? textVerb(command, line.verb);
      if (!verb) return { problem: unknownVerb(command, line.verb) };
      for (const name of line.options.keys()) {
        if (verb.options.includes(name)) continue;
        const meant = didYouMean(name, verb.options);
        const sentence = `${usageLine(verb)} has no option “${name}:”.${meant ? ` Did you mean “${meant}:”?` : ''} Nothing was done.`;
        return { problem: message(sentence, paragraph(sentence), paragraph('Usage: ', code(usageLine(verb)))) };
      }
      return { verb };
    },
  };

  /** The bare command where it takes text, for a first word that is no slip of a verb. */
  function textVerb(command: string, first: string): Verb | undefined {
    if (!first.includes('@') && didYouMean(first, names(command)) !== null) return undefined;
    return of(command).find(({ verb, takesText }) => verb === '' && takesText);
  }

  function unknownVerb(command: string, typed: string): SlackMessage {
    if (typed.includes('@') && names(command).includes('show')) {
      const sentence = `To see one person, write ${command} show ${typed}`;
      return message(sentence, paragraph('To see one person, write ', code(`${command} show ${typed}`)));
    }
    const meant = didYouMean(typed, names(command));
    const found = of(command).find(({ verb }) => verb === meant);
    const sentence = `${command} does not know “${typed}”.${meant ? ` Did you mean “${meant}”?` : ''} Nothing was done.`;
    return found
      ? message(sentence, paragraph(sentence), paragraph('Usage: ', code(usageLine(found))))
      : message(sentence, paragraph(sentence), paragraph('See ', code(`${command} help`), '.'));
  }
}
