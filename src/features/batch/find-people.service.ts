import { addTime, day } from '../../lib/duration';
import { emailKey, type Recipients } from '../../lib/email';
import { count } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { findUsers, findUsersByEmail, listUsers, matchingUsers, requireAdmin } from '../users/users.service';
import type { User, UserFilter, UserStatus } from '../users/users.types';
import { batchLimit } from './batch.types';

/** People described by what they have in common, as a form gives it. */
export interface PeopleFilter {
  readonly statuses: readonly UserStatus[];
  readonly projectId: number | null;
  readonly groupId: number | null;
  /** Invited so many days ago or longer. */
  readonly invitedDays: number | null;
}

/** Whom an admin chose: by name, or by a filter. */
export type Choice =
  | { readonly kind: 'named'; readonly userIds: readonly number[]; readonly pasted: Recipients }
  | { readonly kind: 'filter'; readonly filter: PeopleFilter };

export interface FoundPeople {
  readonly users: readonly User[];
  /** Sentences about what was named and is nobody here. */
  readonly remarks: readonly string[];
}

const remarksShown = 10;

/**
 * Finds exactly the people that were chosen (R47).
 * @throws AppError `not_admin`; `invalid_input` when there are more than a batch takes
 */
export async function findPeople(ctx: Context, choice: Choice): Promise<FoundPeople> {
  await requireAdmin(ctx);
  const found = choice.kind === 'named' ? await findNamed(ctx, choice) : await findFiltered(ctx, choice.filter);
  if (found.users.length > batchLimit) throw tooMany(found.users.length);
  return found;
}

export function tooMany(people: number) {
  return invalidInput(
    `That is ${count(people, 'person', 'people')}; one batch takes up to ${batchLimit.toLocaleString('en-US')}. Nothing was changed. Narrow the filter, or take them in parts.`,
    'people',
  );
}

/** People named by id or by address; an address that nobody has is named. */
async function findNamed(ctx: Context, { userIds, pasted }: Extract<Choice, { kind: 'named' }>): Promise<FoundPeople> {
  const emails = pasted.recipients.map(({ email }) => email);
  const [byId, byEmail] = [await findUsers(ctx, userIds), await findUsersByEmail(ctx, emails)];
  const known = new Map(byEmail.map((user) => [user.emailKey, user]));
  const gone = userIds.length - byId.length;
  const unknown = emails.filter((email) => !known.has(emailKey(email)));
  const people = [...byId, ...emails.flatMap((email) => known.get(emailKey(email)) ?? [])];
  return {
    users: [...new Map(people.map((user) => [user.id, user])).values()],
    remarks: [
      ...named('Nobody here has the address', unknown),
      ...named(
        'Left out, because it is no address:',
        pasted.bad.map(({ text }) => `“${text.slice(0, 100)}”`),
      ),
      ...(gone > 0 ? [`${count(gone, 'person was', 'people were')} deleted meanwhile.`] : []),
    ],
  };
}

function named(beginning: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length - remarksShown;
  return [`${beginning} ${items.slice(0, remarksShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`];
}

async function findFiltered(ctx: Context, filter: PeopleFilter): Promise<FoundPeople> {
  const wanted: UserFilter = {
    statuses:
      filter.invitedDays !== null ? ['invited'] : filter.statuses.length > 0 ? filter.statuses : ['invited', 'active'],
    ...(filter.projectId !== null ? { projectId: filter.projectId } : {}),
    ...(filter.groupId !== null ? { groupId: filter.groupId } : {}),
    ...(filter.invitedDays !== null ? { invitedBefore: addTime(ctx.clock.now(), -filter.invitedDays * day) } : {}),
  };
  const users = await matchingUsers(ctx, wanted, batchLimit);
  if (users === null) throw tooMany((await listUsers(ctx, wanted, 0, 1)).total);
  return { users, remarks: [] };
}
