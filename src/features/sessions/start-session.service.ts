import { addTime, minute } from '../../lib/duration';
import { oneLine } from '../../lib/plain-text';
import type { SecretText } from '../../lib/secret-text';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { setting } from '../settings/settings.service';
import { recordSignIn } from '../users/sign-ins.service';
import { findUsers, holdUsers } from '../users/users.service';
import type { User } from '../users/users.types';
import { endAsThemselves } from './end-sessions.service';
import { idleBefore } from './idle';
import { type Choice, deleteOldChoices, insertChoice, selectChoice, takeChoice } from './session-choices.store';
import { choiceHash, hashOf, newChoice, newSessionToken } from './session-secrets';
import { deleteOldTokens, insertToken } from './session-tokens.store';
import { endIdle, insertSession, renewSession, selectOpenSessions } from './sessions.store';
import type { ChoiceResult, Client, Session, SessionKind, StartResult } from './sessions.types';

const choiceLife = 5 * minute;
const choicesKept = 10;
// Tabs that sign in again and again keep the newest.
const tokensKept = 10;
// More than the caps can be, for one that was lowered.
const mostShown = 100;
// They do not count towards the cap (R92) and never idle out: without a bound, whoever knows one password could open
// any number of them, those of the explorer in nobody's list.
const mostOfPrograms = 50;

/** A client as it is stored. @throws AppError `invalid_input` */
function checkedClient({ clientId, clientName, ip }: Client): Client {
  const id = oneLine(clientId);
  if (id === '' || [...id].length > 64)
    throw invalidInput('Name the client that signs in: client_id has 1 to 64 characters.', 'client_id');
  return { clientId: id, clientName: [...oneLine(clientName)].slice(0, 120).join(''), ip: ip?.slice(0, 45) ?? null };
}

/**
 * Starts a session for a user whose credentials were checked, or gives the client's own open session a further token
 * (R89). A web session above the cap (R91) is not started; neither is one of a program above fifty of its kind; see
 * StartResult.
 * @param input.checkedVersion the user's version when their credentials were checked: a password that was changed since
 *   signs nobody in
 * @throws AppError `invalid_input` for a client without a proper id
 */
export async function startSession(
  ctx: Context,
  input: {
    readonly userId: number;
    readonly kind: SessionKind;
    readonly client: Client;
    readonly checkedVersion: number;
  },
): Promise<StartResult> {
  const client = checkedClient(input.client);
  return inTransaction(ctx, async (tx) => {
    const user = await heldActiveUser(tx, input.userId);
    if (user?.version !== input.checkedVersion) return { kind: 'refused' };
    const open = await sessionsThatCount(tx, user.id, input.kind);
    const own = open.find(({ clientId }) => clientId === client.clientId);
    if (own !== undefined) return renewed(tx, own, client);
    if (open.length >= (await mostOf(tx, input.kind)))
      return askWhichToEnd(tx, { userId: user.id, kind: input.kind, ...client }, open);
    return begun(tx, user.id, input.kind, client);
  });
}

/**
 * Completes a sign-in that met the cap: ends one of the user's sessions of that kind and starts the new one, both or neither.
 * The client is the one that got the choice. Where the chosen session is none of theirs, or the cap was lowered
 * meanwhile, the answer is a new choice.
 */
export async function completeChoice(
  ctx: Context,
  input: { readonly choice: string; readonly endSessionId: number; readonly ip: string | null },
): Promise<ChoiceResult> {
  const hash = choiceHash(input.choice);
  if (hash === null) return { kind: 'void' };
  return inTransaction(ctx, async (tx) => {
    const choice = await selectChoice(tx.db, hash, tx.clock.now());
    if (choice === null) return { kind: 'void' };
    const user = await heldActiveUser(tx, choice.userId);
    if (!(await takeChoice(tx.db, hash))) return { kind: 'void' };
    if (user === null) return { kind: 'refused' };
    const client = checkedClient({ ...choice, ip: input.ip });
    const before = await sessionsThatCount(tx, user.id, choice.kind);
    const own = before.find(({ clientId }) => clientId === client.clientId);
    if (own !== undefined) return renewed(tx, own, client);
    const chosen = before.find(({ id }) => id === input.endSessionId);
    if (chosen !== undefined) await endAsThemselves(tx, chosen, user);
    const open = before.filter((session) => session !== chosen);
    if (open.length >= (await mostOf(tx, choice.kind))) return askWhichToEnd(tx, choice, open);
    return begun(tx, user.id, choice.kind, client);
  });
}

/** The user as they are once nobody else signs them in, disables or deletes them; null unless active. */
async function heldActiveUser(tx: TxContext, userId: number): Promise<User | null> {
  await holdUsers(tx, [userId]);
  const [user] = await findUsers(tx, [userId]);
  return user?.status === 'active' ? user : null;
}

/** How many open sessions of a kind one user may have. */
async function mostOf(tx: TxContext, kind: SessionKind): Promise<number> {
  return kind === 'web' ? setting(tx, 'sessions.cap') : mostOfPrograms;
}

/** A user's open sessions of a kind, after those that have idled out are ended. */
async function sessionsThatCount(tx: TxContext, userId: number, kind: SessionKind): Promise<Session[]> {
  const open = await selectOpenSessions(tx.db, userId, [kind], mostShown);
  if (kind !== 'web') return open;
  const now = tx.clock.now();
  const before = idleBefore(now, await setting(tx, 'sessions.idle_minutes'));
  if (before === null) return open;
  const lastHeard = ({ id, lastSeenAt }: Session) => tx.touches.latest(id) ?? lastSeenAt;
  const idle = open.filter((session) => session.lastSeenAt < before && lastHeard(session) < before);
  if (idle.length === 0) return open;
  await endIdle(
    tx.db,
    idle.map(({ id }) => id),
    before,
    now,
  );
  return selectOpenSessions(tx.db, userId, ['web'], mostShown);
}

async function askWhichToEnd(tx: TxContext, choice: Choice, sessions: readonly Session[]): Promise<StartResult> {
  const secret = newChoice();
  const now = tx.clock.now();
  await deleteOldChoices(tx.db, choice.userId, choicesKept - 1);
  await insertChoice(tx.db, hashOf(secret.reveal()), choice, now, addTime(now, choiceLife));
  return { kind: 'at_cap', choice: secret, sessions };
}

async function begun(tx: TxContext, userId: number, kind: SessionKind, client: Client): Promise<StartResult> {
  const now = tx.clock.now();
  const id = await insertSession(tx.db, userId, kind, client, now);
  const session = { id, userId, kind, ...client, startedAt: now, lastSeenAt: now };
  return { kind: 'started', token: await addToken(tx, id, userId), session };
}

async function renewed(tx: TxContext, own: Session, client: Client): Promise<StartResult> {
  const now = tx.clock.now();
  const lastSeenAt = own.lastSeenAt.getTime() > now.getTime() ? own.lastSeenAt : now;
  await renewSession(tx.db, own.id, client, lastSeenAt);
  return { kind: 'started', token: await addToken(tx, own.id, own.userId), session: { ...own, ...client, lastSeenAt } };
}

async function addToken(tx: TxContext, sessionId: number, userId: number): Promise<SecretText> {
  const token = newSessionToken();
  const hash = hashOf(token.reveal());
  await insertToken(tx.db, hash, sessionId, tx.clock.now());
  await deleteOldTokens(tx.db, sessionId, hash, tokensKept);
  await recordSignIn(tx, userId);
  return token;
}
