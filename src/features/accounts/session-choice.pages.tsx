import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context';
import { formField } from '../../platform/http/form-body';
import { PostForm } from '../../platform/http/form-fields';
import { Card, LinkButton, leadTo, Message, Notice, type Page, sendPage } from '../../platform/http/page-layout';
import { passwordFormLimit } from '../../platform/http/server';
import { shortSiteTime } from '../../platform/mail/site-time';
import { signOut } from '../sessions/end-sessions.service';
import { readSession } from '../sessions/read-session.service';
import type { ChoiceResult, StartResult } from '../sessions/sessions.types';
import { completeChoice } from '../sessions/start-session.service';
import { returnPath } from './return-path';
import { keepSession, shownToken } from './session-cookies';
import { clientOf, SessionList, zoneSentence } from './session-list';
import { choiceText, signInText } from './sign-in-pages.text';

type AtCap = Extract<StartResult, { readonly kind: 'at_cap' }>;

function choicePage(ctx: Context, csrfToken: string, atCap: AtCap, returnTo: string, isAgain: boolean): Page {
  const { choice, sessions } = atCap;
  return {
    title: choiceText.title,
    content: (
      <Card>
        <h1>{choiceText.title}</h1>
        {isAgain ? (
          <Notice kind="warn" alert>
            {choiceText.again}
          </Notice>
        ) : null}
        <p class="lead">
          {choiceText.lead(sessions.length)} {zoneSentence(ctx)}
        </p>
        <SessionList
          ctx={ctx}
          sessions={sessions}
          act={(session) => (
            <PostForm
              action="/sign-in/choice"
              csrfToken={csrfToken}
              hidden={{ choice: choice.reveal(), end: String(session.id), return_to: returnTo }}
              submit={choiceText.submit}
              about={choiceText.about(clientOf(session), shortSiteTime(session.startedAt, ctx.config.timeZone))}
              look="plain"
            />
          )}
        />
        <p>
          <a href="/sign-in">{choiceText.stay}</a>
        </p>
      </Card>
    ),
  };
}

const voidPage: Page = {
  title: choiceText.voidTitle,
  content: (
    <Message sign="warn" heading={choiceText.voidTitle}>
      <p class="lead">{choiceText.voidLead}</p>
      <LinkButton href="/sign-in">{signInText.submit}</LinkButton>
    </Message>
  ),
};

/** A browser has one session: one that it showed before, of somebody else say, would stay open with nobody to end it. */
async function endEarlier(ctx: Context, request: FastifyRequest, sessionId: number): Promise<void> {
  const token = shownToken(ctx, request);
  if (token === null) return;
  const earlier = await readSession(ctx, token);
  if (earlier.state === 'active' && earlier.session.kind === 'web' && earlier.session.id !== sessionId) {
    await signOut(ctx, token);
  }
}

/**
 * Answers a sign-in in a browser, by whatever system, once it is known who it is: leads on with the session in a cookie,
 * or asks which session to end, or says to sign in again.
 * @param returnTo where to go then, as it came in
 */
export async function sendStarted(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  result: ChoiceResult,
  returnTo: string,
  isAgain = false,
): Promise<FastifyReply> {
  const path = returnPath(returnTo);
  switch (result.kind) {
    case 'started':
      await endEarlier(ctx, request, result.session.id);
      keepSession(ctx, reply, result.token);
      return leadTo(reply, path);
    case 'at_cap':
      return sendPage(reply, 200, choicePage(ctx, reply.generateCsrf(), result, path, isAgain));
    case 'refused':
    case 'void':
      return sendPage(reply, 410, voidPage);
  }
}

/** `POST /sign-in/choice` ends the session that was chosen and signs in. */
export function sessionChoicePages(ctx: Context): FastifyPluginAsync {
  return async (app) => {
    app.get('/sign-in/choice', async (_request, reply) => leadTo(reply, '/sign-in'));

    app.post('/sign-in/choice', { config: passwordFormLimit }, async (request, reply) => {
      const chosen = formField(request, 'end');
      const result = await completeChoice(ctx, {
        choice: formField(request, 'choice'),
        endSessionId: /^\d{1,15}$/.test(chosen) ? Number(chosen) : 0,
        ip: request.ip,
      });
      return sendStarted(ctx, request, reply, result, formField(request, 'return_to'), true);
    });
  };
}
