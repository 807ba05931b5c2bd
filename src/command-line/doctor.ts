import type { Command } from 'commander';
import { ConfigError } from '../config';
import { checkDatabase } from './check-database';
import { checkMail, checkSlack } from './check-services';
import { checkSignIn } from './check-sign-in';
import { exitCodes } from './failures';
import { type Finding, ill, well } from './findings';
import type { Session } from './session';

export function addDoctorCommand(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('looks whether settings, database, mail server, Slack, LDAP and SSO are as they should be')
    .action(async () => {
      const { screen } = session;
      let isWell = true;
      for await (const finding of findings(session)) {
        isWell &&= finding.isWell;
        const sign = finding.isWell ? screen.paint('green', '✓') : screen.paint('red', '✗');
        screen.say(`${sign} ${finding.what}${finding.todo === undefined ? '' : ` – ${finding.todo}`}`);
        if (session.stopping.aborted) break;
      }
      process.exitCode = session.stopping.aborted ? exitCodes.stopped : isWell ? exitCodes.done : exitCodes.failed;
    });
}

async function* findings(session: Session): AsyncGenerator<Finding> {
  const problems = settingsProblems(session);
  for (const problem of problems) yield ill(`Setting ${problem}`, 'set it in the environment or in .env');
  // With wrong settings, nothing that follows would be about this site.
  if (problems.length > 0) return;
  const config = session.settings();
  yield well('The settings are complete.');
  yield* checkDatabase(session);
  yield* checkMail(config);
  yield* checkSlack(config, session.log);
  yield* checkSignIn(config, session.log);
}

function settingsProblems(session: Session): readonly string[] {
  try {
    session.settings();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
