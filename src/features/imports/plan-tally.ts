import { createHash } from 'node:crypto';
import { phaseAt, phases } from './import-order';
import type { ImportTotals, PlanBasis, RowAction } from './imports.types';
import type { PlannedRow } from './row-plan.types';

/** What the plan of a whole file comes to, and a digest that no other plan has. */
export interface PlanSum {
  readonly totals: ImportTotals;
  readonly digest: string;
  readonly basis: PlanBasis;
}

/** How a number moves while the rows of one phase are applied. */
interface Course {
  end: number;
  highest: number;
  lowest: number;
}

const newCourses = (): Course[] => phases.map(() => ({ end: 0, highest: 0, lowest: 0 }));

function move(course: Course | undefined, by: number): void {
  if (course === undefined) return;
  course.end += by;
  course.highest = Math.max(course.highest, course.end);
  course.lowest = Math.min(course.lowest, course.end);
}

/** The phases one after the other: how high and how low it came in all. */
function joined(courses: readonly Course[]): Omit<Course, 'end'> {
  let before = 0;
  let highest = 0;
  let lowest = 0;
  for (const course of courses) {
    highest = Math.max(highest, before + course.highest);
    lowest = Math.min(lowest, before + course.lowest);
    before += course.end;
  }
  return { highest, lowest };
}

/**
 * Adds up the plans of a file's rows as they come, in the order of the file; nothing of them is kept. Each phase of the
 * order of application is added up by itself, because its rows come in that order too.
 */
export function startTally({ site, keepsAdmins }: Pick<PlanBasis, 'site' | 'keepsAdmins'>): {
  add(rows: readonly PlannedRow[]): void;
  sum(): PlanSum;
} {
  const hash = createHash('sha256');
  const counts: Record<RowAction, number> = { invite: 0, update: 0, unchanged: 0, fail: 0 };
  const seats = newCourses();
  const admins = newCourses();
  let projectsLost = 0;
  let adminsGranted = 0;
  let usersDisabled = 0;
  let takesAdmins = false;
  let people = 0;
  let names = 0;
  return {
    add(rows) {
      let text = '';
      for (const { position, plan, namesHeld, written } of rows) {
        counts[plan.action] += 1;
        if (plan.userId !== null) people += 1;
        names += namesHeld;
        // Lines, because the text of JSON has none.
        text += `${position} ${plan.action} ${plan.userId}\n${written.plan}\n${written.problems}\n`;
        const { change } = plan;
        if (change === null) continue;
        // A seat that a row frees counts for the rows after it only; what is needed is the most at any moment.
        move(seats[phaseAt(position)], change.seats);
        move(admins[phaseAt(position)], change.admins);
        takesAdmins ||= change.admins === -1;
        projectsLost += change.memberships.removed.length;
        if (change.person?.isAdmin || change.columns.isAdmin) adminsGranted += 1;
        if (change.status === 'disabled') usersDisabled += 1;
      }
      hash.update(text);
    },
    sum: () => ({
      totals: { counts, seatsNeeded: joined(seats).highest, projectsLost, adminsGranted, usersDisabled },
      digest: hash.digest('hex'),
      basis: { site, people, names, keepsAdmins, fewestAdmins: takesAdmins ? joined(admins).lowest : null },
    }),
  };
}
