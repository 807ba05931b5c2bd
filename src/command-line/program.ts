import { Command } from 'commander';
import { addAdminCommand } from './admin';
import { addDoctorCommand } from './doctor';
import { addExportCommand } from './export';
import { addImportCommand } from './import';
import { addJobCommand } from './job';
import { addMigrateCommand } from './migrate';
import { addSeedCommand } from './seed';
import type { Session } from './session';

const after = `
Exit codes: 0 all done · 1 nothing done, or a check failed · 2 done, but some rows failed · 130 stopped.
Settings come from the environment and from .env, as for the server. The log goes to standard error.`;

/** Every command of the operators’, with its help. Nothing is opened before one of them runs. */
export function createProgram(session: Session): Command {
  const { screen } = session;
  // The screen ends lines itself.
  const line = (text: string) => text.replace(/\n$/, '');
  const program = new Command('usher')
    .usage('COMMAND')
    .description('Looks after a site of Usher from the shell, as the operator: no Slack is needed.')
    .helpCommand('help [COMMAND]', 'what a command does, and its options')
    .addHelpText('after', after)
    .showSuggestionAfterError()
    .showHelpAfterError('For help: npm run usher -- help')
    .exitOverride()
    // A colour is used where it helps to find a failure, not in the help.
    .configureOutput({
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      writeOut: (text) => screen.say(line(text)),
      writeErr: (text) => screen.complain(line(text)),
    });
  for (const add of [
    addMigrateCommand,
    addAdminCommand,
    addImportCommand,
    addExportCommand,
    addJobCommand,
    addSeedCommand,
    addDoctorCommand,
  ])
    add(program, session);
  return program;
}
