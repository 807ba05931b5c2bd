import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { JSX } from 'preact';
import type { SecretText } from '../../lib/secret-text';
import type { Context } from '../../platform/context';
import { formField, queryParameter } from '../../platform/http/form-body';
import { ErrorSummary, Field, type FieldError, PostForm } from '../../platform/http/form-fields';
import { Card, leadTo, Notice, type Page, sendPage } from '../../platform/http/page-layout';
import { shortSiteTime } from '../../platform/mail/site-time';
import { listApiTokens, makeApiToken, revokeApiToken } from '../credentials/api-tokens.service';
import type { ApiToken } from '../credentials/api-tokens.types';
import { endOtherSessions, endOwnSession } from '../sessions/end-sessions.service';
import { ownSessions } from '../sessions/list-sessions.service';
import type { Session, SessionState, SessionUser } from '../sessions/sessions.types';
import { accountText, doneSentence } from './account.text';
import { currentSession, leadToSignIn } from './current-session';
import { clientOf, SessionList, zoneSentence } from './session-list';

type Current = Extract<SessionState, { readonly state: 'active' }>;

/** What the page says besides how things are. */
interface Said {
  readonly done?: string | null;
  readonly made?: { readonly name: string; readonly token: SecretText };
  readonly errors?: readonly FieldError[];
  readonly tokenName?: string;
}

function WhoCard({ user, csrfToken }: { readonly user: SessionUser; readonly csrfToken: string }): JSX.Element {
  const name = `${user.firstName} ${user.lastName}`.trim();
  return (
    <Card>
      <dl class="facts">
        {name === '' ? null : (
          <>
            <dt>{accountText.name}</dt>
            <dd>{name}</dd>
          </>
        )}
        <dt>{accountText.email}</dt>
        <dd>{user.email}</dd>
        {user.isAdmin ? (
          <>
            <dt>{accountText.role}</dt>
            <dd>{accountText.admin}</dd>
          </>
        ) : null}
        <dt>{accountText.signIn}</dt>
        <dd>{accountText.signInWay(user.authSystem)}</dd>
      </dl>
      <PostForm action="/sign-out" csrfToken={csrfToken} submit={accountText.signOut} look="plain" />
    </Card>
  );
}

function SessionsCard(props: {
  readonly ctx: Context;
  readonly csrfToken: string;
  readonly sessions: readonly Session[];
  readonly currentId: number;
}): JSX.Element {
  const { ctx, csrfToken, sessions, currentId } = props;
  return (
    <Card>
      <h2>{accountText.sessions}</h2>
      <p class="hint">
        {accountText.sessionsLead} {zoneSentence(ctx)}
      </p>
      <SessionList
        ctx={ctx}
        sessions={sessions}
        currentId={currentId}
        act={(session) =>
          session.id === currentId ? null : (
            <PostForm
              action="/account/sessions/end"
              csrfToken={csrfToken}
              hidden={{ session: String(session.id) }}
              submit={accountText.end}
              about={accountText.endAbout(clientOf(session), shortSiteTime(session.startedAt, ctx.config.timeZone))}
              look="plain"
            />
          )
        }
      />
      {sessions.length > 1 ? (
        <PostForm
          action="/account/sessions/end-others"
          csrfToken={csrfToken}
          submit={accountText.endOthers}
          look="plain"
        />
      ) : null}
    </Card>
  );
}

function TokenRow(props: { readonly ctx: Context; readonly csrfToken: string; readonly token: ApiToken }): JSX.Element {
  const { id, name, madeAt, lastUsedAt } = props.token;
  const time = (moment: Date) => shortSiteTime(moment, props.ctx.config.timeZone);
  return (
    <li>
      <div>
        <p class="name">{name}</p>
        <p>{accountText.made(time(madeAt))}</p>
        <p>{lastUsedAt === null ? accountText.neverUsed : accountText.used(time(lastUsedAt))}</p>
      </div>
      <PostForm
        action="/account/tokens/revoke"
        csrfToken={props.csrfToken}
        hidden={{ id: String(id) }}
        submit={accountText.revoke}
        about={accountText.revokeAbout(name)}
        look="plain"
      />
    </li>
  );
}

function TokensCard(props: {
  readonly ctx: Context;
  readonly csrfToken: string;
  readonly tokens: readonly ApiToken[];
  readonly said: Said;
}): JSX.Element {
  const { ctx, csrfToken, tokens, said } = props;
  return (
    <Card>
      <h2>{accountText.tokens}</h2>
      <p class="hint">{accountText.tokensLead}</p>
      {tokens.length === 0 ? (
        <p>{accountText.noTokens}</p>
      ) : (
        <ul class="rows">
          {tokens.map((token) => (
            <TokenRow key={token.id} ctx={ctx} csrfToken={csrfToken} token={token} />
          ))}
        </ul>
      )}
      <PostForm action="/account/tokens" csrfToken={csrfToken} submit={accountText.make} look="plain">
        <Field
          name="name"
          label={accountText.tokenName}
          value={said.tokenName ?? ''}
          autocomplete="off"
          errors={said.errors ?? []}
          required
        />
      </PostForm>
    </Card>
  );
}

function NewToken({ name, token }: { readonly name: string; readonly token: SecretText }): JSX.Element {
  return (
    <Notice kind="good" alert>
      <h2>{accountText.newToken(name)}</h2>
      <p>{accountText.newTokenLead}</p>
      <div class="field secret">
        <label for="token">{accountText.newTokenLabel}</label>
        {/* On a phone it takes two lines, and all of it has to be seen and copied. */}
        <textarea id="token" rows={2} autocomplete="off" spellcheck={false} readOnly>
          {token.reveal()}
        </textarea>
      </div>
    </Notice>
  );
}

/** `/account`: who is signed in, their sessions and their API tokens, and what can be done with each. */
export function accountPage(ctx: Context): FastifyPluginAsync {
  async function send(reply: FastifyReply, status: number, current: Current, said: Said = {}): Promise<FastifyReply> {
    const { user, session } = current;
    const csrfToken = reply.generateCsrf();
    const errors = said.errors ?? [];
    const own = (listed: Session) => (listed.id === session.id ? 0 : 1);
    const sessions = (await ownSessions(ctx, user.id)).sort((a, b) => own(a) - own(b));
    const tokens = await listApiTokens(ctx, user.id);
    const page: Page = {
      title: errors.length > 0 ? `Error: ${accountText.title}` : accountText.title,
      content: (
        <>
          <h1>{accountText.title}</h1>
          <ErrorSummary errors={errors} />
          {said.done == null ? null : <Notice kind="good">{said.done}</Notice>}
          {said.made === undefined ? null : <NewToken {...said.made} />}
          <WhoCard user={user} csrfToken={csrfToken} />
          <SessionsCard ctx={ctx} csrfToken={csrfToken} sessions={sessions} currentId={session.id} />
          <TokensCard ctx={ctx} csrfToken={csrfToken} tokens={tokens} said={said} />
        </>
      ),
    };
    return sendPage(reply, status, page);
  }

  /** A route for people who are signed in; others are told why they are not, and led back here afterwards. */
  function forSignedIn(
    work: (current: Current, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
  ) {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const current = await currentSession(ctx, request);
      return current.state === 'active' ? work(current, request, reply) : leadToSignIn(reply, '/account');
    };
  }

  const leadToDone = (reply: FastifyReply, word: string) => leadTo(reply, `/account?done=${word}`);
  const numberIn = (request: FastifyRequest, field: string) => {
    const text = formField(request, field);
    return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  };

  return async (app) => {
    app.get(
      '/account',
      forSignedIn((current, request, reply) =>
        send(reply, 200, current, { done: doneSentence(queryParameter(request, 'done')) }),
      ),
    );

    app.post(
      '/account/sessions/end',
      forSignedIn(async ({ user }, request, reply) => {
        const { outcome } = await endOwnSession(ctx, user.id, numberIn(request, 'session'));
        return leadToDone(reply, outcome === 'done' ? 'session-ended' : 'gone');
      }),
    );

    app.post(
      '/account/sessions/end-others',
      forSignedIn(async ({ user, session }, _request, reply) => {
        const ended = await endOtherSessions(ctx, user.id, session.id);
        return leadToDone(reply, ended > 0 ? 'sessions-ended' : 'gone');
      }),
    );

    app.get('/account/tokens', async (_request, reply) => leadTo(reply, '/account'));

    app.post(
      '/account/tokens',
      forSignedIn(async (current, request, reply) => {
        const name = formField(request, 'name');
        const outcome = await makeApiToken(ctx, current.user.id, name, current.session.id);
        if (outcome.kind === 'refused') {
          const errors = [{ field: 'name', sentence: accountText.tokenProblem(outcome.problem) }];
          return send(reply, 422, current, { errors, tokenName: name });
        }
        return send(reply, 200, current, { made: { name: outcome.apiToken.name, token: outcome.token } });
      }),
    );

    app.post(
      '/account/tokens/revoke',
      forSignedIn(async ({ user }, request, reply) => {
        const revoked = await revokeApiToken(ctx, user.id, numberIn(request, 'id'));
        return leadToDone(reply, revoked ? 'token-revoked' : 'gone');
      }),
    );
  };
}
