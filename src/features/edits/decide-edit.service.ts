import { lengthProblem } from '../../lib/email';
import { nameKey } from '../../lib/plain-text';
import type { TxContext } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import { acceptPhrase, approvalNeed, disablingProblem } from '../approvals/approvals.service';
import type { ApprovalNeed } from '../approvals/approvals.types';
import { activeAdmins, findUsersByExternalName } from '../users/users.service';
import { nameLimit, type User, usernameLimit } from '../users/users.types';
import type { EditForm, FieldName, UserFields } from './edits.types';
import { type DecidedSignIn, decideSignIn, type SignInRefusal } from './sign-in';
import { fieldLabels, isSame, systemLabels } from './user-fields';

type Problems = Partial<Record<FieldName | 'phrase', string>>;

/** What the form asks for, decided by the data of now, and all that is wrong with it. */
export async function decideEdit(
  tx: TxContext,
  form: EditForm,
  typed: UserFields,
  phrase: string,
): Promise<{ target: UserFields; problems: Problems; need: ApprovalNeed }> {
  const { user, fields, catalogue, switchedOn } = form;
  const problems: Problems = {};
  const changed = (field: FieldName) => !isSame(field, fields, typed);
  const decided = decideSignIn(
    {
      ...(changed('status') && { status: typed.status }),
      ...(changed('authSystem') && { authSystem: typed.authSystem }),
      ...(changed('ssoUsername') && { ssoUsername: typed.ssoUsername }),
      ...(changed('ldapUsername') && { ldapUsername: typed.ldapUsername }),
    },
    user,
    { switchedOn, actorUserId: tx.actor.kind === 'user' ? tx.actor.userId : null },
  );
  for (const { field, reason } of decided.refusals) problems[field] = refusalSentences[reason](decided);
  for (const field of ['firstName', 'lastName', 'ssoUsername', 'ldapUsername'] as const) {
    const limit = field === 'firstName' || field === 'lastName' ? nameLimit : usernameLimit;
    const problem = lengthProblem(fieldLabels[field], typed[field] ?? '', limit);
    if (problem !== null) problems[field] = problem;
  }
  Object.assign(problems, await takenUsernames(tx, user, typed));
  if (changed('defaultProfileId') && knownOnly(typed, form).defaultProfileId !== typed.defaultProfileId) {
    problems.defaultProfileId = 'The profile you chose was archived meanwhile. Choose another one.';
  }
  if (typed.groupIds.some((id) => !catalogue.groups.some((group) => group.id === id))) {
    problems.groupIds = 'A group you chose was removed meanwhile. Look at the groups again.';
  }
  const target: UserFields = {
    ...typed,
    status: decided.status,
    authSystem: decided.authSystem,
    ssoUsername: decided.ssoUsername,
    ldapUsername: decided.ldapUsername,
  };
  if (isActiveAdmin(fields) && !isActiveAdmin(target) && (await activeAdmins(tx)).length === 1) {
    problems[target.isAdmin ? 'status' : 'isAdmin'] ??=
      'This is the only active admin of the site. Make somebody else an admin first.';
  }
  if (changed('status') && target.status === 'disabled') {
    const problem = await disablingProblem(tx, 1);
    if (problem !== null) problems.status ??= problem;
  }
  const need = !fields.isAdmin && target.isAdmin ? await approvalNeed(tx, 'grant_admin', 1) : 'none';
  if (need === 'phrase' && Object.keys(problems).length === 0) {
    const said = await acceptPhrase(tx, {
      kind: 'grant_admin',
      count: 1,
      typed: phrase,
      summary: `Make ${user.email} an admin`,
    }).catch((error: unknown) => {
      if (!isAppError(error, 'invalid_input')) throw error;
      return error.message;
    });
    if (said !== undefined) {
      problems.phrase = `There is no second admin who could agree to making somebody an admin. ${said}`;
    }
  }
  return { target, problems, need };
}

const isActiveAdmin = ({ status, isAdmin }: UserFields) => status === 'active' && isAdmin;

/** What was typed, without what does not exist any more. */
export function knownOnly(typed: UserFields, { fields, catalogue }: EditForm): UserFields {
  const { defaultProfileId, groupIds } = typed;
  const exists = defaultProfileId === null || catalogue.profiles.some(({ id }) => id === defaultProfileId);
  return {
    ...typed,
    defaultProfileId: exists ? defaultProfileId : fields.defaultProfileId,
    groupIds: groupIds.filter((id) => catalogue.groups.some((group) => group.id === id)),
  };
}

async function takenUsernames(tx: TxContext, user: User, typed: UserFields): Promise<Problems> {
  const problems: Problems = {};
  for (const [system, field] of [
    ['sso', 'ssoUsername'],
    ['ldap', 'ldapUsername'],
  ] as const) {
    const username = typed[field];
    if (username === null || username === user[field]) continue;
    const holder = (await findUsersByExternalName(tx, system, [nameKey(username)])).find(({ id }) => id !== user.id);
    if (holder !== undefined) {
      problems[field] =
        `${fieldLabels[field]} “${username}” belongs to ${holder.email}. Correct it, or change that person first.`;
    }
  }
  return problems;
}

const refusalSentences: Readonly<Record<SignInRefusal, (decided: DecidedSignIn) => string>> = {
  system_off: ({ authSystem }) =>
    `${systemLabels[authSystem]} is switched off for this site. Switch it on with /usher auth first, or choose another system.`,
  lacks_username: ({ authSystem }) =>
    `Whoever signs in by ${systemLabels[authSystem]} needs their ${fieldLabels[authSystem === 'ldap' ? 'ldapUsername' : 'ssoUsername']}. Fill it in, or choose another system.`,
  yourself: () => 'You cannot disable yourself. Ask another admin to do it.',
  accepts_by_link: () =>
    'Invited people become active by following the link in their invitation. Leave the status, or send the invitation again.',
  is_active: () => 'Somebody who is active cannot become invited again. Leave the status, or choose Disabled.',
  was_active: () => 'This person has been active before and cannot be invited again. Choose Active to let them in.',
  starts_disabled: () => 'New people cannot start as disabled.',
  starts_invited: () => 'New people start as invited.',
};
