import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { minute, second } from '../../lib/duration';
import { shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { formField, queryParameter } from '../../platform/http/form-body';
import { ErrorSummary, Field, type FieldError, PostForm } from '../../platform/http/form-fields';
import { Card, LinkButton, leadTo, Notice, type Page, sendPage } from '../../platform/http/page-layout';
import { passwordFormLimit } from '../../platform/http/server';
import { currentSession } from './current-session';
import { returnPath } from './return-path';
import { sendStarted } from './session-choice.pages';
import { browserClient, keepDeviceProof, shownDeviceProof } from './session-cookies';
import { signIn } from './sign-in/sign-in.service';
import { endSentence, signInText } from './sign-in-pages.text';
import { isSsoOffered } from './sso/sso.service';

// As long as an address can be: RFC 5321, 4.5.3.1.
const longestEmail = 254;

interface SignInState {
  readonly returnTo: string;
  readonly email: string;
  readonly errors?: readonly FieldError[];
  /** Why the session that this browser had has ended. */
  readonly ended?: string;
  /** Why nobody is signed in. */
  readonly problem?: string;
}

function signInPage(csrfToken: string, isSsoOn: boolean, state: SignInState): Page {
  const { errors = [], returnTo } = state;
  const isWrong = errors.length > 0 || state.problem !== undefined;
  return {
    title: isWrong ? `Error: ${signInText.title}` : signInText.title,
    content: (
      <Card>
        <h1>{signInText.title}</h1>
        {state.ended === undefined ? null : <Notice kind="warn">{state.ended}</Notice>}
        {state.problem === undefined ? null : (
          <Notice kind="bad" alert>
            {state.problem}
          </Notice>
        )}
        <ErrorSummary errors={errors} />
        <PostForm action="/sign-in" csrfToken={csrfToken} hidden={{ return_to: returnTo }} submit={signInText.submit}>
          <Field
            name="email"
            label="E-mail"
            type="email"
            value={state.email}
            autocomplete="username"
            errors={errors}
            required
          />
          <Field
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            errors={errors}
            required
          />
        </PostForm>
        {isSsoOn ? (
          <>
            <p class="or">{signInText.or}</p>
            <LinkButton href={`/sign-in/sso?${new URLSearchParams({ return_to: returnTo })}`} look="plain">
              {signInText.bySso}
            </LinkButton>
          </>
        ) : null}
        <details>
          <summary>{signInText.help}</summary>
          <dl>
            <dt>{signInText.helpForgotten}</dt>
            <dd>{signInText.helpForgottenAnswer}</dd>
            <dt>{signInText.helpInvited}</dt>
            <dd>{signInText.helpInvitedAnswer}</dd>
            <dt>{signInText.helpCompany}</dt>
            <dd>{signInText.helpCompanyAnswer(isSsoOn)}</dd>
          </dl>
        </details>
      </Card>
    ),
  };
}

function missingFields(email: string, password: string): FieldError[] {
  return [
    ...(email.trim() === '' ? [{ field: 'email', sentence: signInText.emailMissing }] : []),
    ...(password === '' ? [{ field: 'password', sentence: signInText.passwordMissing }] : []),
  ];
}

/** `GET` and `POST /sign-in`. */
export function signInPages(ctx: Context): FastifyPluginAsync {
  async function send(reply: FastifyReply, status: number, state: SignInState): Promise<FastifyReply> {
    const isSsoOn = await isSsoOffered(ctx);
    const email = shorten(state.email, longestEmail);
    return sendPage(reply, status, signInPage(reply.generateCsrf(), isSsoOn, { ...state, email }));
  }

  return async (app) => {
    app.get('/sign-in', async (request, reply) => {
      const returnTo = returnPath(queryParameter(request, 'return_to'));
      const current = await currentSession(ctx, request);
      if (current.state === 'active') return leadTo(reply, returnTo);
      const ended = current.state === 'ended' ? { ended: endSentence(current.reason) } : {};
      return send(reply, 200, { returnTo, email: '', ...ended });
    });

    app.post('/sign-in', { config: passwordFormLimit }, async (request, reply) => {
      const email = formField(request, 'email');
      const password = formField(request, 'password');
      const returnTo = returnPath(formField(request, 'return_to'));
      const missing = missingFields(email, password);
      if (missing.length > 0) return send(reply, 422, { returnTo, email, errors: missing });
      const client = browserClient(ctx, request, reply);
      const deviceProof = shownDeviceProof(ctx, request);
      const result = await signIn(ctx, { email, password, client, deviceProof, kind: 'web' });
      switch (result.kind) {
        case 'wrong':
          return send(reply, 422, { returnTo, email, problem: signInText.wrong });
        case 'wait':
          void reply.header('retry-after', result.seconds);
          return send(reply, 429, { returnTo, email, problem: signInText.wait(result.seconds) });
        case 'unavailable':
          void reply.header('retry-after', minute / second);
          return send(reply, 503, { returnTo, email, problem: result.sentence });
        case 'started':
        case 'at_cap':
          keepDeviceProof(ctx, reply, result.deviceProof);
          return sendStarted(ctx, request, reply, result, returnTo);
      }
    });
  };
}
