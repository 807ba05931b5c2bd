import { type Command, InvalidArgumentError } from 'commander';
import { loadPeople } from '../demo/load-people';
import { exitCodes } from './failures';
import { people } from './screen';
import type { Session } from './session';

interface SeedOptions {
  readonly users: number;
  readonly seed: number;
  readonly force?: true;
}

const mostPeople = 5_000_000;

function wholeNumber(least: number, most: number): (typed: string) => number {
  return (typed) => {
    const number = Number(typed);
    if (!/^\d+$/.test(typed) || number < least || number > most)
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    return number;
  };
}

export function addSeedCommand(program: Command, session: Session): void {
  program
    .command('seed')
    .requiredOption('-u, --users <N>', 'how many people', wholeNumber(1, mostPeople))
    .option('--seed <NUMBER>', 'the same number makes the same people', wholeNumber(0, 2 ** 31), 1)
    .option('--force', 'also where there are people already')
    .description('fills an empty site with made-up people, to see how it does with many')
    .action(async ({ users, seed, force }: SeedOptions) => {
      const { screen, stopping } = session;
      const progress = screen.progress('Making people', 'people');
      process.exitCode = await session.withSite(async (ctx) => {
        progress.at(0, users);
        const made = await loadPeople(ctx, {
          users,
          seed,
          mayAdd: force === true,
          signal: stopping,
          moved: (done) => progress.at(done, users),
        });
        progress.end();
        screen.say(`${people(made)} made, none of them an admin. For one: npm run usher -- admin EMAIL`);
        return made < users ? exitCodes.stopped : exitCodes.done;
      });
    });
}
