import type { Command } from 'commander';
import { jobs } from '../../jobs';
import type { JobCounts } from '../platform/scheduler/job.types';
import { runJobByHand } from '../platform/scheduler/scheduler';
import { exitCodes } from './failures';
import type { Session } from './session';

export function addJobCommand(program: Command, session: Session): void {
  program
    .command('job')
    .argument('<NAME>', `one of: ${jobs.map(({ name }) => name).join(', ')}`)
    .description('runs a job once, now; while it runs, no replica of the server runs it')
    .action(async (name: string) => {
      const { screen } = session;
      process.exitCode = await session.withSite(async (ctx) => {
        const result = await runJobByHand(ctx, jobs, name, session.stopping);
        switch (result.outcome) {
          case 'done':
            screen.say(`${name}: done${countsOf(result.counts)}.`);
            return exitCodes.done;
          case 'failed':
            screen.complain(`${name} failed: ${result.problem}`);
            return exitCodes.failed;
          case 'not-claimed':
            screen.complain(
              `${name} is being run by another process right now. Nothing was done here; try again later.`,
            );
            return exitCodes.failed;
          case 'lost':
            screen.complain(`${name} was cut off from the database for too long. Another process runs it again.`);
            return exitCodes.failed;
          case 'stopped':
            screen.complain(`${name} was stopped. What it left undone is done at its next run.`);
            return exitCodes.stopped;
        }
      });
    });
}

const countsOf = (counts: JobCounts) =>
  Object.entries(counts)
    .map(([word, number], index) => `${index === 0 ? ': ' : ', '}${number.toLocaleString('en-US')} ${word}`)
    .join('');
