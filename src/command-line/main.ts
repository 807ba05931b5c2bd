import { Command, CommanderError } from 'commander';
import { readEnvironment } from '../config';
import { addAdminCommand } from './admin';
import { addDoctorCommand } from './doctor';
import { addExportCommand } from './export';
import { exitCodes, sentenceFor } from './failures';
import { addImportCommand } from './import';
import { addJobCommand } from './job';
import { addMigrateCommand } from './migrate';
import { addSeedCommand } from './seed';
import { createSession, type Session } from './session';

const after = `
Exit codes: 0 all done · 1 nothing done, or a check failed · 2 done, but some rows failed · 130 stopped.
Settings come from the environment and from .env, as for the server. The log goes to standard error.`;

function createProgram(session: Session): Command {
  const program = new Command('usher')
    .usage('COMMAND')
    .description('Looks after a site of Usher from the shell, as the operator: no Slack is needed.')
    .helpCommand('help [COMMAND]', 'what a command does, and its options')
    .addHelpText('after', after)
    .showSuggestionAfterError()
    .showHelpAfterError('For help: npm run usher -- help')
    .exitOverride()
    // A colour is used where it helps to find a failure, not in the help.
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false });
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

async function main(): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Once more means at once.
      if (stopping.signal.aborted) process.exit(exitCodes.stopped);
      stopping.abort();
    });
  }
  const session = createSession(readEnvironment(), stopping.signal);
  try {
    await createProgram(session).parseAsync();
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    session.screen.complain(sentenceFor(error, session.log));
    return exitCodes.failed;
  }
}

void main().then((code) => process.exit(code));
