import type { Command } from 'commander';
import { ensureLicence } from '../features/licences/licences.service';
import { migrate } from '../platform/db/migrate';
import type { Session } from './session';

export function addMigrateCommand(program: Command, session: Session): void {
  program
    .command('migrate')
    .description('brings the schema of the database up to date, and says what ran')
    .action(async () => {
      const { screen } = session;
      await session.withAnySchema(async (ctx) => {
        const applied = await migrate(ctx.db);
        await ensureLicence(ctx);
        for (const name of applied) screen.say(`ran ${name}`);
        screen.say(
          applied.length === 0
            ? 'The schema was up to date already; nothing ran.'
            : `The schema is up to date: ${applied.length} of its changes ran.`,
        );
      });
    });
}
