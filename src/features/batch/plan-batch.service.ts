import { inSlices } from '../../lib/in-turns';
import { count, listOf } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { type Catalogue, readCatalogue } from '../access/access.service';
import { disabledLately } from '../approvals/approvals.service';
import { freeDisablings } from '../approvals/approvals.types';
import { hasCredential } from '../invites/invites.service';
import { seats } from '../licences/licences.service';
import { reasonText } from '../operations/reasons.types';
import { noResetReason } from '../resets/resets.service';
import type { NoReset } from '../resets/resets.types';
import { activeAdmins, findUsers } from '../users/users.service';
import { authSystemNames, type User } from '../users/users.types';
import { assignProjects, changesAnything, updatePerson } from './access-changes';
import { asksSecondAdmin, batchUserIds, neededPhrase, storeInput } from './batch.service';
import type { Batch, BatchInput, BatchPlan } from './batch.types';
import { inputProblem } from './input-problem.service';
import { readPeopleFacts } from './people-facts.service';

const people = (number: number) => count(number, 'person', 'people');
const are = (number: number) => (number === 1 ? 'is' : 'are');

// With twenty projects each, read and judged in far less than what somebody who waits for an acknowledgement notices.
const peopleJudgedAtOnce = 150;

interface Forecast {
  readonly consequences: readonly string[];
  readonly refusal: string | null;
}

/**
 * Takes what the action is told and counts, at this moment, what a confirmation would do. Changes nobody.
 * @throws AppError `not_admin`, `not_found`, `conflict`
 */
export async function planBatch(ctx: Context, id: number, input: BatchInput): Promise<BatchPlan> {
  const batch = await storeInput(ctx, id, input);
  const users = await findUsers(ctx, await batchUserIds(ctx, batch));
  const gone = batch.total - users.length;
  const { consequences, refusal } = await forecast(ctx, batch, users);
  return {
    batch,
    consequences: [
      ...consequences,
      ...(gone > 0
        ? [`${people(gone)} ${gone === 1 ? 'was' : 'were'} deleted meanwhile and ${are(gone)} left out.`]
        : []),
    ],
    refusal,
    people: users,
    phrase: refusal === null ? await neededPhrase(ctx, batch) : null,
  };
}

async function forecast(ctx: Context, batch: Batch, users: readonly User[]): Promise<Forecast> {
  switch (batch.action) {
    case 'assign_projects':
    case 'update':
      return forecastChanges(ctx, batch, users);
    case 'reset_passwords':
      return forecastResets(users);
    case 'export':
      return {
        consequences: [
          `A workbook with ${count(users.length, 'row')} goes to our direct conversation. Nobody is changed.`,
        ],
        refusal: null,
      };
    case 'activate':
      return forecastActivation(ctx, users);
    case 'disable':
      return forecastDisabling(ctx, batch, users);
    case 'resend': {
      const invited = users.filter(({ status }) => status === 'invited').length;
      const others = users.length - invited;
      return {
        consequences: [
          `${people(invited)} ${are(invited)} sent a new invitation; links sent before do not work any more.`,
          ...(others > 0 ? [`${people(others)} ${are(others)} skipped: ${reasonText('not_invited')}.`] : []),
        ],
        refusal: null,
      };
    }
  }
}

function forecastResets(users: readonly User[]): Forecast {
  const skipped = new Map<NoReset, number>();
  for (const user of users) {
    const reason = noResetReason(user);
    if (reason !== null) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  }
  const due = users.filter((user) => noResetReason(user) === null).length;
  return {
    consequences: [
      `${people(due)} ${are(due)} sent a link to choose a new password; it works for 24 hours. The old password works until then.`,
      'All their API tokens are revoked at once.',
      ...[...skipped].map(([reason, number]) => `${people(number)} ${are(number)} skipped: ${reasonText(reason)}.`),
    ],
    refusal: null,
  };
}

async function forecastActivation(ctx: Context, users: readonly User[]): Promise<Forecast> {
  const disabled = users.filter(({ status }) => status === 'disabled');
  const ready = disabled.filter(hasCredential).length;
  const never = disabled.length - ready;
  const active = users.filter(({ status }) => status === 'active').length;
  const invited = users.filter(({ status }) => status === 'invited').length;
  const { total, used } = await seats(ctx);
  const free = Math.max(0, total - used);
  return {
    consequences: [
      ...(ready > 0 ? [`${people(ready)} can sign in again.`] : []),
      ...(never > 0 ? [`${people(never)} never accepted an invitation and ${are(never)} invited again by mail.`] : []),
      `${count(disabled.length, 'seat')} ${are(disabled.length)} taken; ${free.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${are(free)} free.`,
      ...(active > 0 ? [`${people(active)} ${are(active)} active already and ${are(active)} left as they are.`] : []),
      ...(invited > 0 ? [`${people(invited)} ${are(invited)} skipped: ${reasonText('invited')}.`] : []),
    ],
    refusal:
      disabled.length > free
        ? `That needs ${count(disabled.length, 'seat')}, and only ${free.toLocaleString('en-US')} ${are(free)} free (${used} of ${total} taken). Nothing was changed. ${free > 0 ? `Choose at most ${people(free)}, disable` : 'Disable'} somebody, or contact us to raise the number of seats.`
        : null,
  };
}

async function forecastDisabling(ctx: Context, batch: Batch, users: readonly User[]): Promise<Forecast> {
  const { actor } = ctx;
  const admins = new Set((await activeAdmins(ctx)).map(({ id }) => id));
  const yourself = users.filter(({ id }) => actor.kind === 'user' && actor.userId === id).length;
  const disabled = users.filter(({ status }) => status === 'disabled').length;
  const going = users.length - yourself - disabled;
  const lately = await disabledLately(ctx);
  const goingAdmins = users.filter(({ id }) => admins.has(id)).length - yourself;
  return {
    consequences: [
      `${people(going)} cannot sign in any more: sessions end at once, API tokens and open links are void. Assigned work stays assigned.`,
      `${count(going, 'seat')} ${are(going)} freed. You can activate them again at any time.`,
      ...(goingAdmins > 0 ? [`${count(goingAdmins, 'admin')} ${are(goingAdmins)} among them.`] : []),
      ...(disabled > 0
        ? [`${people(disabled)} ${are(disabled)} disabled already and ${are(disabled)} left as they are.`]
        : []),
      ...(yourself > 0 ? ['You are among them and are skipped: nobody disables themselves.'] : []),
      ...(batch.total <= freeDisablings && lately > 0
        ? [`You disabled ${people(lately)} in the last ten minutes, which count too.`]
        : []),
      ...((await asksSecondAdmin(ctx, batch))
        ? [
            `More than ${freeDisablings} people: after you confirm, a second admin has to agree before anything changes.`,
          ]
        : []),
    ],
    refusal: null,
  };
}

async function forecastChanges(ctx: Context, batch: Batch, users: readonly User[]): Promise<Forecast> {
  const catalogue = await readCatalogue(ctx);
  const problem = await inputProblem(ctx, batch.action, batch.input, catalogue);
  if (problem !== null) return { consequences: [], refusal: `${problem} Nothing was changed.` };
  const counted = await inSlices(users, peopleJudgedAtOnce, (slice) => judgeSlice(ctx, batch, slice, catalogue));
  const sum = (of: (slice: Judged) => number) => counted.reduce((total, slice) => total + of(slice), 0);
  const changing = sum((slice) => slice.changing);
  const failing = sum(({ problems }) => problems.length);
  const same = users.length - failing - changing;
  const letIn = sum((slice) => slice.letIn);
  const resets = sum((slice) => slice.resets);
  const restricted = sum((slice) => slice.restricted);
  const [firstProblem] = counted.flatMap(({ problems }) => problems);
  return {
    consequences: [
      ...wishes(batch, catalogue),
      `${people(changing)} ${are(changing)} changed.`,
      ...(same > 0 ? [`${people(same)} ${are(same)} left as they are: they have all of it already.`] : []),
      ...(letIn > 0 ? [`${people(letIn)} ${are(letIn)} invited still and active at once.`] : []),
      ...(resets > 0 ? [`${people(resets)} without a password ${are(resets)} sent a link to choose one.`] : []),
      ...(restricted > 0
        ? [`${count(restricted, 'admin')} ${are(restricted)} among them: admins can change everything all the same.`]
        : []),
      ...(failing > 0 ? [`${people(failing)} cannot be changed: ${firstProblem}.`] : []),
    ],
    refusal: null,
  };
}

/** What follows for some of the people. */
interface Judged {
  readonly changing: number;
  readonly letIn: number;
  readonly resets: number;
  readonly restricted: number;
  /** Why they cannot be changed, each who cannot. */
  readonly problems: readonly string[];
}

async function judgeSlice(
  ctx: Context,
  { action, input }: Batch,
  users: readonly User[],
  catalogue: Catalogue,
): Promise<Judged> {
  const ids = users.map(({ id }) => id);
  const facts = await readPeopleFacts(ctx, ids, catalogue);
  const judge = action === 'update' ? updatePerson : assignProjects;
  const changes = users.map((user) => judge(user, input, facts));
  const changing = changes.filter((change) => change.problem === null && changesAnything(change));
  return {
    changing: changing.length,
    letIn: changing.filter(({ status }) => status === 'active').length,
    resets: changing.filter(({ needsReset }) => needsReset).length,
    restricted: changing.filter(({ user, reprofiled }) => user.isAdmin && reprofiled.length > 0).length,
    problems: changes.flatMap(({ problem }) => problem ?? []),
  };
}

/** What was chosen, in names. */
function wishes({ action, input }: Batch, catalogue: Catalogue): string[] {
  const names = (items: readonly { id: number; name: string }[], ids: readonly number[]) =>
    listOf(items.filter(({ id }) => ids.includes(id)).map(({ name }) => `“${name}”`));
  const profile = (id: number) => names(catalogue.profiles, [id]);
  if (action === 'assign_projects') {
    const as = input.profileId === null ? 'with the default profile of each person' : `as ${profile(input.profileId)}`;
    return [
      `Projects: ${names(catalogue.projects, input.projectIds)}, ${as}. Whoever is in one already keeps their profile there.`,
    ];
  }
  const verbs = { add: 'Groups added', replace: 'Groups from now on', remove: 'Groups taken away' } as const;
  return [
    ...(input.defaultProfileId === undefined
      ? []
      : [
          `Default profile: ${input.defaultProfileId === null ? 'that of the site' : profile(input.defaultProfileId)}.`,
        ]),
    ...(input.groups === undefined
      ? []
      : [`${verbs[input.groups.mode]}: ${names(catalogue.groups, input.groups.groupIds) || 'none'}.`]),
    ...(input.authSystem === undefined
      ? []
      : [
          `Signs in by: ${authSystemNames[input.authSystem]}. Whoever changes is signed out everywhere and told by mail.`,
        ]),
    ...(input.readOnly ? ['Licence: Read Only in all their projects.'] : []),
  ];
}
