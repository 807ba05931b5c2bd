import type { Command } from 'commander';
import { parseStatuses } from '../features/directory/filter-words.service';
import { exportPeople } from '../features/exports/exports.service';
import { cutSentence } from '../features/exports/exports.text';
import { exitCodes, Refused } from './failures';
import { writeWhole } from './output-file';
import { people } from './screen';
import type { Session } from './session';

interface ExportOptions {
  readonly status: readonly string[];
  readonly project?: string;
  readonly group?: string;
  readonly text?: string;
  readonly links?: true;
  readonly force?: true;
}

const gather = (typed: string, before: readonly string[]) => [
  ...before,
  ...typed.split(',').flatMap((word) => word.trim() || []),
];

export function addExportCommand(program: Command, session: Session): void {
  program
    .command('export')
    .argument('<FILE>', 'where to write, .xlsx or .csv')
    .option(
      '--status <NAMES>',
      'invited, active, disabled or all; without it, disabled people are left out',
      gather,
      [],
    )
    .option('--project <NAME>', 'only members of this project')
    .option('--group <NAME>', 'only members of this group')
    .option('--text <TEXT>', 'only people with this in their name or address')
    .option('--links', 'with the links that open accounts: keep such a file to yourself')
    .option('--force', 'replace the file if it is there')
    .description('writes people into a spreadsheet that can be imported again')
    .action(async (given: string, options: ExportOptions) => {
      const { screen, stopping } = session;
      const path = session.path(given);
      const [, ending = ''] = /\.(xlsx|csv)$/i.exec(path) ?? [];
      const format = ending.toLowerCase();
      if (format !== 'xlsx' && format !== 'csv')
        throw new Refused(`The name says how the file is written: let ${given} end in .xlsx or .csv.`);
      const words = {
        statuses: parseStatuses(options.status),
        project: options.project ?? null,
        group: options.group ?? null,
        text: options.text ?? '',
      };
      const progress = screen.progress('Writing', 'people');
      process.exitCode = await session.withSite(async (ctx) => {
        let written = 0;
        let cut = 0;
        try {
          await writeWhole(path, options.force === true, async (unfinished) => {
            ({ people: written, cut } = await exportPeople(
              ctx,
              { words, format, links: options.links === true },
              unfinished,
              {
                signal: stopping,
                moved: (done, total) => progress.at(done, total),
              },
            ));
          });
        } catch (error) {
          if (!stopping.aborted) throw error;
          screen.complain('Stopped; no file was written.');
          return exitCodes.stopped;
        }
        progress.end();
        screen.say(`${people(written)} in ${path}`);
        if (cut > 0) screen.say(cutSentence(cut));
        return exitCodes.done;
      });
    });
}
