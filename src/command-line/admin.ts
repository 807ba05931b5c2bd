import type { Command } from 'commander';
import { type AppointedAdmin, appointAdmin } from '../features/accounts/appoint-admin.service';
import { authSystemNames } from '../features/users/users.types';
import type { Session } from './session';

export function addAdminCommand(program: Command, session: Session): void {
  program
    .command('admin')
    .argument('<EMAIL>', 'whom to make an admin')
    .description('makes an active admin of this person, new or not, and prints a one-time link for them')
    .action(async (email: string) => {
      const { screen } = session;
      const appointed = await session.withSite((ctx) => appointAdmin(ctx, email));
      screen.say(whatHappened(appointed));
      const { link, user } = appointed;
      if (link === null) {
        screen.say(`They sign in by ${authSystemNames[user.authSystem]}, so there is no password to choose.`);
        return;
      }
      screen.say(
        user.status === 'invited'
          ? 'With this link, which works once, they choose a password and are active:'
          : 'With this link, which works once and for 24 hours, they choose a password:',
      );
      screen.say(`  ${link.reveal()}`);
    });
}

function whatHappened({ user, isNew, wasAdmin }: AppointedAdmin): string {
  if (isNew) return `${user.email} was added and is an admin.`;
  if (wasAdmin) return `${user.email} is an admin already.`;
  return `${user.email} is an admin now.`;
}
