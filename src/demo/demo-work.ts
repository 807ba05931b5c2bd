import type { Knex } from 'knex';
import { addTime, day, hour } from '../lib/duration';
import { rowsPerStatement } from '../platform/db/dialect';
import { type DemoProject, demoProjects } from './demo-people';
import { createDice, type Dice } from './dice';
import { type DemoCatalogue, idOf, type SeededPerson } from './seeded-site';

const casesInRun = 15;

/** What is tested in each project; a test case is one of these with one of the checks below. */
const areas: Readonly<Record<DemoProject, readonly string[]>> = {
  Apollo: ['Sign-in', 'Start page', 'Search', 'Notifications', 'Profile page'],
  'Checkout Web': ['Basket', 'Card payment', 'Voucher', 'Receipt mail', 'Delivery address'],
  'Data Harbour': ['Nightly load', 'Duplicate filter', 'Archive', 'Export', 'Access report'],
  'Lantern Mobile': ['Onboarding', 'Offline mode', 'Camera upload', 'Push message', 'Dark theme'],
  'Zephyr API': ['Token endpoint', 'Paging', 'Rate limit', 'Webhook', 'Error answers'],
};
const checks = ['works with valid data', 'refuses wrong input', 'survives a lost connection', 'answers within 2 s'];

/** Runs of every project, the oldest first, with how much of each is done, in percent. */
const runs: Readonly<Record<DemoProject, readonly (readonly [name: string, percent: number])[]>> = {
  Apollo: [
    ['Regression 4.1', 100],
    ['Smoke 4.2', 100],
    ['Regression 4.2', 60],
    ['Accessibility 4.2', 0],
  ],
  'Checkout Web': [
    ['Release candidate 12', 100],
    ['Payment providers', 80],
    ['Release candidate 13', 33],
    ['Load in the sale week', 7],
  ],
  'Data Harbour': [
    ['Migration rehearsal', 100],
    ['Nightly load, autumn', 87],
    ['Access review', 40],
    ['Disaster recovery', 0],
  ],
  'Lantern Mobile': [
    ['Android 3.0', 100],
    ['iOS 3.0', 93],
    ['Android 3.1', 27],
    ['iOS 3.1', 13],
  ],
  'Zephyr API': [
    ['Contract tests v1', 100],
    ['Contract tests v2', 73],
    ['Rate limits v2', 47],
    ['Webhooks v2', 0],
  ],
};

interface Case {
  readonly id: number;
  readonly name: string;
}

/** Test plans, test cases, and 20 runs of 15 cases: some finished, some not begun, shared out among those who test. */
export async function addWork(
  db: Knex.Transaction,
  people: readonly SeededPerson[],
  { projects }: DemoCatalogue,
  now: Date,
): Promise<void> {
  const statuses = new Map<string, number>(
    (await db('result_statuses').select('id', 'name')).map(({ id, name }) => [name, id]),
  );
  const cases = await addCases(db, projects);
  const runIds = await addRuns(db, people, projects, now);
  const dice = createDice(41);
  const rows = demoProjects.flatMap((project) => {
    const projectCases = cases.get(idOf(projects, project)) ?? [];
    return runs[project].flatMap(([name, percent], runIndex) => {
      const testers = testersOf(people, project, addTime(now, -ageOfRun(runIndex) * day));
      return Array.from({ length: casesInRun }, (_, index) => {
        const isDone = index < doneCases(percent);
        const testCase = projectCases[(index + runIndex * 3) % projectCases.length];
        // Some cases wait for somebody to take them.
        const isFree = !isDone && dice.below(8) === 0;
        return {
          run_id: idOf(runIds, `${project}: ${name}`),
          test_case_id: testCase?.id ?? null,
          position: index + 1,
          title: testCase?.name ?? name,
          assignee_id: isFree ? null : (testers[(index + runIndex) % testers.length]?.id ?? null),
          status_id: idOf(statuses, isDone ? finalStatus(dice) : openStatus(dice, percent)),
          updated_at: addTime(now, -(ageOfRun(runIndex) - (isDone ? dice.between(1, 4) : 0)) * day),
        };
      });
    });
  });
  await db.batchInsert('run_cases', rows, rowsPerStatement(db));
}

const doneCases = (percent: number) => Math.round((percent * casesInRun) / 100);
/** In days; a run follows the other. */
const ageOfRun = (index: number) => 75 - index * 22;

/** Who tests in a project at that time: its members who do more than read. Who left later kept what they had. */
function testersOf(people: readonly SeededPerson[], project: DemoProject, at: Date): SeededPerson[] {
  return people.filter(({ access, activatedAt, disabledAt }) => {
    const isThere = activatedAt !== null && activatedAt < at && (disabledAt === null || disabledAt > at);
    return isThere && access[project] !== undefined && access[project] !== 'Read Only';
  });
}

function leaderOf(people: readonly SeededPerson[], project: DemoProject, run: number, at: Date): number | null {
  const testers = testersOf(people, project, at);
  return testers[(run + 1) % testers.length]?.id ?? null;
}

function finalStatus(dice: Dice): string {
  return dice.pick(['Passed', 'Passed', 'Passed', 'Passed', 'Passed', 'Failed', 'Skipped']);
}

function openStatus(dice: Dice, percent: number): string {
  return percent === 0 ? 'Untested' : dice.pick(['Untested', 'Untested', 'In Progress', 'Blocked', 'Retest']);
}

async function addCases(
  db: Knex.Transaction,
  projects: DemoCatalogue['projects'],
): Promise<ReadonlyMap<number, readonly Case[]>> {
  const projectIds = demoProjects.map((project) => idOf(projects, project));
  const folders = (project: DemoProject) =>
    areas[project].map((name) => ({ project_id: idOf(projects, project), kind: 'test_cases', name }));
  await db('folders').insert(demoProjects.flatMap(folders));
  const stored: { id: number; project_id: number; name: string }[] = await db('folders')
    .whereIn('project_id', projectIds)
    .select('id', 'project_id', 'name');
  await db.batchInsert(
    'test_cases',
    stored.flatMap((folder) =>
      checks.map((check) => ({
        project_id: folder.project_id,
        folder_id: folder.id,
        name: `${folder.name} ${check}`,
        steps: `Open: ${folder.name}.\nExpected: it ${check}.`,
      })),
    ),
    rowsPerStatement(db),
  );
  const cases: (Case & { project_id: number })[] = await db('test_cases')
    .whereIn('project_id', projectIds)
    .orderBy('id')
    .select('id', 'name', 'project_id');
  return new Map(projectIds.map((id) => [id, cases.filter(({ project_id }) => project_id === id)]));
}

/** @returns ids by `Project: Run` */
async function addRuns(
  db: Knex.Transaction,
  people: readonly SeededPerson[],
  projects: DemoCatalogue['projects'],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  await db('test_plans').insert(
    demoProjects.map((project) => ({
      project_id: idOf(projects, project),
      name: 'Next release',
      description: 'Smoke before every deployment, the rest before the release.',
    })),
  );
  const plans: { id: number; project_id: number }[] = await db('test_plans').select('id', 'project_id');
  const planOf = (projectId: number) => plans.find(({ project_id }) => project_id === projectId)?.id ?? null;
  await db('test_runs').insert(
    demoProjects.flatMap((project) => {
      const projectId = idOf(projects, project);
      return runs[project].map(([name, percent], index) => ({
        project_id: projectId,
        test_plan_id: planOf(projectId),
        name,
        assignee_id: leaderOf(people, project, index, addTime(now, -ageOfRun(index) * day)),
        // As the platform counts it: cases with a final result, of all.
        percent_done: Math.round((doneCases(percent) / casesInRun) * 100_000) / 1000,
        created_at: addTime(now, -ageOfRun(index) * day - 3 * hour),
      }));
    }),
  );
  const stored: { id: number; project_id: number; name: string }[] = await db('test_runs').select(
    'id',
    'project_id',
    'name',
  );
  const named = new Map([...projects].map(([name, id]) => [id, name]));
  return new Map(stored.map(({ id, project_id, name }) => [`${named.get(project_id)}: ${name}`, id]));
}
