import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import type { Job, JobResult } from '../../platform/scheduler/job.types';
import { listJobs } from '../../platform/scheduler/job-overview';
import { type HomeView, sentence } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { listOffboardings } from '../offboarding/offboarding.service';
import { homeBlocks } from '../offboarding/offboarding.text';
import { ownSessions } from '../sessions/list-sessions.service';
import { activeAdmins } from '../users/users.service';
import { displayName } from '../users/users.types';
import { homeFacts } from './home.service';
import { adminHome, jobsMessage, memberHome, type StatusFacts, statusMessage } from './home.text';

/** What only the running process knows. */
export interface ProcessFacts {
  readonly jobs: readonly Job[];
  runJob(name: string): Promise<JobResult>;
  status(ctx: Context): Promise<StatusFacts>;
}

function resultSentence(name: string, result: JobResult): string {
  switch (result.outcome) {
    case 'done': {
      const counts = Object.entries(result.counts).map(([word, number]) => `${number} ${word}`);
      return `${name} ran: ${counts.join(', ') || 'nothing to do'}.`;
    }
    case 'failed':
      return `${name} failed: ${result.problem}`;
    case 'not-claimed':
      return `${name} is running already, here or on another replica. Look again in a moment with /usher jobs.`;
    case 'lost':
    case 'stopped':
      return `${name} was interrupted; it runs again by itself.`;
  }
}

async function drawAdminHome(ctx: Context, jobs: readonly Job[]): Promise<HomeView> {
  const [planned, known, overview] = await Promise.all([listOffboardings(ctx), homeFacts(ctx), listJobs(ctx, jobs, 1)]);
  return adminHome(known, overview, homeBlocks(planned, ctx.config.timeZone));
}

/** The App Home, `/usher jobs` and `/usher status`. */
export function homeEdge(facts: ProcessFacts): SlackEdge {
  return {
    verbs: [
      {
        command: '/usher',
        verb: 'status',
        access: 'admin',
        usage: '',
        summary: 'Tells how Usher itself is: database, Slack, mail',
        example: '/usher status',
        options: [],
        handle: async (ctx, call) => call.reply(statusMessage(await facts.status(ctx))),
      },
      {
        command: '/usher',
        verb: 'jobs',
        access: 'admin',
        usage: '[run NAME]',
        summary: 'Shows what runs by itself and how it went, or runs one now',
        example: '/usher jobs run deliver-mail',
        options: [],
        async handle(ctx, call) {
          const [word = '', name = '', ...more] = call.line.rest.split(/\s+/);
          if (word === '') return call.reply(jobsMessage(await listJobs(ctx, facts.jobs)));
          if (word.toLowerCase() !== 'run' || name === '' || more.length > 0)
            throw invalidInput('Usage: /usher jobs, or /usher jobs run NAME. Nothing was run.');
          await call.reply(sentence(resultSentence(name, await facts.runJob(name))));
        },
      },
    ],
    actions: [
      {
        id: 'show-jobs',
        access: 'admin',
        handle: async (ctx, call) => call.reply(jobsMessage(await listJobs(ctx, facts.jobs))),
      },
    ],
    async home(ctx, caller, once) {
      // It is the same for every admin: one reading serves all whose Homes a change draws anew.
      if (caller.user?.isActiveAdmin) return once('admin', () => drawAdminHome(ctx, facts.jobs));
      const sessions = caller.user === null ? null : (await ownSessions(ctx, caller.user.id)).length;
      return memberHome((await activeAdmins(ctx)).slice(0, 5).map(displayName), sessions);
    },
  };
}
