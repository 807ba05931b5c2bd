import { characterCount, oneLine } from '../../lib/plain-text';
import { actingAs, type Context, type TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { conflict } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { revokeApiTokens } from '../credentials/api-tokens.service';
import type { LinkOwner, LinkPurpose } from '../credentials/credentials.types';
import { readToken, takeLink } from '../credentials/links.service';
import { hashPassword, passwordProblem } from '../credentials/passwords.service';
import { closeInvitations } from '../invites/invites.service';
import { endSessionsOf } from '../sessions/sessions.service';
import { nameLimit, nameSearchKey } from '../users/users.types';
import { activateInvited, replacePassword } from './accounts.store';
import type { ActivationInput, FormOutcome, FormProblem, Person, ResetInput } from './accounts.types';
import { clearSignInFailures } from './sign-in/sign-in-failures.service';

function personOf(user: LinkOwner): Person {
  return { id: user.id, email: user.email, firstName: user.firstName, lastName: user.lastName };
}

function asThemselves(ctx: Context, person: Person): Context {
  return actingAs(ctx, { kind: 'user', userId: person.id, email: person.email, slackId: null });
}

function passwordProblems(input: ResetInput, email: string): FormProblem[] {
  const problem = passwordProblem(input.password, email);
  if (problem !== null) return [{ field: 'password', problem }];
  const again = input.passwordAgain ?? input.password;
  // Compared as they are stored: the two fields may have been typed on keyboards that compose letters differently.
  if (again.normalize('NFC') !== input.password.normalize('NFC')) {
    return [{ field: 'passwordAgain', problem: 'different' }];
  }
  return [];
}

function activationProblems(input: ActivationInput, email: string): FormProblem[] {
  const problems: FormProblem[] = [];
  if (input.firstName === '') problems.push({ field: 'firstName', problem: 'missing' });
  if (characterCount(input.firstName) > nameLimit) problems.push({ field: 'firstName', problem: 'too_long' });
  // Not everybody has a last name.
  if (characterCount(input.lastName) > nameLimit) problems.push({ field: 'lastName', problem: 'too_long' });
  return [...problems, ...passwordProblems(input, email)];
}

/** The link was open a moment ago and the user is no longer what it needs: says which of the reasons it is by now. */
async function refuse(tx: TxContext, token: string, purpose: LinkPurpose): Promise<never> {
  await readToken(tx, token, purpose);
  throw conflict('Your account was changed at this very moment. Nothing was saved; please try again.');
}

/**
 * The person whom an activation link belongs to. Changes nothing, however often it is called.
 * @throws AppError `link_void` with the reason
 */
export async function viewActivation(ctx: Context, token: string): Promise<Person> {
  return personOf((await readToken(ctx, token, 'activation')).user);
}

/**
 * Makes an invited person active, with their names and password. Of any number of calls with one token one succeeds.
 * @throws AppError `link_void` with the reason; nothing was changed then
 */
export async function activateAccount(ctx: Context, input: ActivationInput): Promise<FormOutcome> {
  const { user } = await readToken(ctx, input.token, 'activation');
  const names = { firstName: oneLine(input.firstName), lastName: oneLine(input.lastName) };
  const problems = activationProblems({ ...input, ...names }, user.email);
  if (problems.length > 0) return { kind: 'refused', person: personOf(user), problems };

  const person: Person = { ...personOf(user), ...names };
  // Before the transaction: it takes tens of milliseconds, in which nobody should wait for a lock.
  const passwordHash = await hashPassword(input.password, ctx.config.passwordCost);
  await inTransaction(asThemselves(ctx, person), async (tx) => {
    const { link } = await readToken(tx, input.token, 'activation');
    const activation = { userId: person.id, ...names, nameKey: nameSearchKey(names), passwordHash };
    // The user's row first, as issuing a link does, so that the two wait for each other instead of for ever.
    if (!(await activateInvited(tx.db, activation, tx.clock.now()))) await refuse(tx, input.token, 'activation');
    await takeLink(tx, link);
    await closeInvitations(tx, [person.id]);
    await clearSignInFailures(tx, person.email);
    await recordAudit(tx, [
      {
        action: 'user.activated',
        subjectType: 'user',
        subjectId: person.id,
        subjectLabel: person.email,
        before: { status: 'invited', firstName: user.firstName, lastName: user.lastName },
        after: { status: 'active', ...names },
      },
    ]);
  });
  await ctx.announce({ kind: 'users_changed' });
  ctx.log.info({ userId: person.id }, 'account activated');
  return { kind: 'done', person };
}

/**
 * The person whom a reset link belongs to. Changes nothing.
 * @throws AppError `link_void` with the reason
 */
export async function viewReset(ctx: Context, token: string): Promise<Person> {
  return personOf((await readToken(ctx, token, 'reset')).user);
}

/**
 * Sets an active person's password, ends all their sessions and revokes all their API tokens. Of any number of calls with
 * one token one succeeds.
 * @throws AppError `link_void` with the reason; nothing was changed then
 */
export async function resetPassword(ctx: Context, input: ResetInput): Promise<FormOutcome> {
  const { user } = await readToken(ctx, input.token, 'reset');
  const person = personOf(user);
  const problems = passwordProblems(input, user.email);
  if (problems.length > 0) return { kind: 'refused', person, problems };

  const passwordHash = await hashPassword(input.password, ctx.config.passwordCost);
  await inTransaction(asThemselves(ctx, person), async (tx) => {
    const { link } = await readToken(tx, input.token, 'reset');
    if (!(await replacePassword(tx.db, person.id, passwordHash, tx.clock.now())))
      await refuse(tx, input.token, 'reset');
    await takeLink(tx, link);
    await clearSignInFailures(tx, person.email);
    const sessionsEnded = await endSessionsOf(tx, [person.id], 'password_changed');
    // Again, for those that were made since the link was sent, by whoever sits in a session that ends only now.
    const tokensRevoked = await revokeApiTokens(tx, [person.id], 'password_reset');
    await recordAudit(tx, [
      {
        action: 'user.password_set',
        subjectType: 'user',
        subjectId: person.id,
        subjectLabel: person.email,
        after: { sessionsEnded, ...(tokensRevoked > 0 && { tokensRevoked }) },
      },
    ]);
  });
  ctx.log.info({ userId: person.id }, 'password set');
  return { kind: 'done', person };
}
