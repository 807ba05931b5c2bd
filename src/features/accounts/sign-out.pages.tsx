import type { FastifyPluginAsync } from 'fastify';
import type { Context } from '../../platform/context';
import { PostForm } from '../../platform/http/form-fields';
import { Card, LinkButton, leadTo, Message, type Page, sendPage } from '../../platform/http/page-layout';
import { signOut } from '../sessions/end-sessions.service';
import { currentSession } from './current-session';
import { dropSession, shownToken } from './session-cookies';
import { signOutText } from './sign-in-pages.text';

const donePage: Page = {
  title: signOutText.doneTitle,
  content: (
    <Message sign="good" heading={signOutText.doneTitle}>
      <p class="lead">{signOutText.doneLead}</p>
      <LinkButton href="/sign-in">{signOutText.signIn}</LinkButton>
    </Message>
  ),
};

function askPage(csrfToken: string, email: string): Page {
  return {
    title: signOutText.title,
    content: (
      <Card>
        <h1>{signOutText.heading}</h1>
        <p class="lead">{signOutText.lead(email)}</p>
        <PostForm action="/sign-out" csrfToken={csrfToken} submit={signOutText.submit} />
        <p class="below">
          <a href="/account">{signOutText.stay}</a>
        </p>
      </Card>
    ),
  };
}

/** `POST /sign-out` ends the browser's session; a GET only asks. */
export function signOutPages(ctx: Context): FastifyPluginAsync {
  return async (app) => {
    app.get('/sign-out', async (request, reply) => {
      const current = await currentSession(ctx, request);
      const page = current.state === 'active' ? askPage(reply.generateCsrf(), current.user.email) : donePage;
      return sendPage(reply, 200, page);
    });

    app.post('/sign-out', async (request, reply) => {
      const token = shownToken(ctx, request);
      if (token !== null) await signOut(ctx, token);
      dropSession(ctx, reply);
      return leadTo(reply, '/sign-out');
    });
  };
}
