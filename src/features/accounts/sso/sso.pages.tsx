import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { minute, second } from '../../../lib/duration';
import type { Context } from '../../../platform/context';
import { queryParameter } from '../../../platform/http/form-body';
import { LinkButton, leadTo, Message, sendPage } from '../../../platform/http/page-layout';
import { createOidcProvider, type OidcProvider } from '../../../platform/oidc/oidc-provider';
import { ssoCallbackPath, ssoCallbackUrl } from '../../auth-systems/auth-systems.service';
import { setting } from '../../settings/settings.service';
import { currentSession } from '../current-session';
import { returnPath } from '../return-path';
import { sendStarted } from '../session-choice.pages';
import { browserClient } from '../session-cookies';
import { signInBySso } from './sso.service';
import {
  type SsoWords,
  ssoDeclined,
  ssoDisabled,
  ssoInvited,
  ssoNameless,
  ssoNotSetUp,
  ssoOff,
  ssoOtherSystem,
  ssoRefused,
  ssoStale,
  ssoText,
  ssoUnavailable,
  ssoUnknown,
} from './sso.text';
import { dropPending, keepPending, shownPending } from './sso-cookies';

const startPath = '/sign-in/sso';

/** Which way out of a page leads on: once more, at the provider as somebody else, or without SSO. */
type WayOut = 'again' | 'as_somebody_else' | 'by_password';

function wayOutLink(wayOut: WayOut, returnTo: string) {
  const back = new URLSearchParams({ return_to: returnTo });
  switch (wayOut) {
    case 'again':
      return <LinkButton href={`${startPath}?${back}`}>{ssoText.tryAgain}</LinkButton>;
    case 'as_somebody_else':
      return <LinkButton href={`${startPath}?account=other&${back}`}>{ssoText.otherAccount}</LinkButton>;
    case 'by_password':
      return <LinkButton href={`/sign-in?${back}`}>{ssoText.byPassword}</LinkButton>;
  }
}

function sendWords(
  reply: FastifyReply,
  status: number,
  { heading, sentence }: SsoWords,
  wayOut: WayOut,
  returnTo: string,
): FastifyReply {
  return sendPage(reply, status, {
    title: heading,
    content: (
      <Message sign="warn" heading={heading}>
        <p class="lead">{sentence}</p>
        {wayOutLink(wayOut, returnTo)}
        {wayOut === 'by_password' ? null : (
          <LinkButton href={`/sign-in?${new URLSearchParams({ return_to: returnTo })}`} look="plain">
            {ssoText.otherWay}
          </LinkButton>
        )}
      </Message>
    ),
  });
}

function sendUnavailable(reply: FastifyReply, returnTo: string): FastifyReply {
  void reply.header('retry-after', minute / second);
  return sendWords(reply, 503, ssoUnavailable, 'again', returnTo);
}

/** `GET /sign-in/sso` leads to the provider, which leads back to `GET /sign-in/sso/callback`. */
export function ssoPages(ctx: Context): FastifyPluginAsync {
  const { config, clock, log } = ctx;
  const provider: OidcProvider | null =
    config.oidc === null ? null : createOidcProvider(config.oidc, { callbackUrl: ssoCallbackUrl(ctx), clock, log });

  return async (app) => {
    app.get(startPath, async (request, reply) => {
      const returnTo = returnPath(queryParameter(request, 'return_to'));
      if ((await currentSession(ctx, request)).state === 'active') return leadTo(reply, returnTo);
      if (!(await setting(ctx, 'auth.sso'))) return sendWords(reply, 403, ssoOff, 'by_password', returnTo);
      if (provider === null) {
        log.error('SSO is switched on for the site and OIDC_ISSUER is not set');
        return sendWords(reply, 503, ssoNotSetUp, 'by_password', returnTo);
      }
      const begun = await provider.begin(queryParameter(request, 'account') === 'other');
      if (begun === null) return sendUnavailable(reply, returnTo);
      keepPending(ctx, request, reply, { secrets: begun.secrets, returnTo });
      return reply.header('cache-control', 'no-store').redirect(begun.url, 303);
    });

    app.get(ssoCallbackPath, async (request, reply) => {
      const pending = shownPending(ctx, request, queryParameter(request, 'state'));
      if (pending === null) {
        // Somebody who is signed in has only come by here once more, by the browser's way back.
        if ((await currentSession(ctx, request)).state === 'active') return leadTo(reply, returnPath(''));
        return sendWords(reply, 410, ssoStale, 'again', returnPath(''));
      }
      const { returnTo } = pending;
      const query = request.url.slice(request.url.indexOf('?'));
      const answer = (await provider?.finish(query, pending.secrets)) ?? { kind: 'unavailable' };
      // The provider may not have heard of it yet: then loading the page once more finishes it.
      if (answer.kind === 'unavailable') return sendUnavailable(reply, returnTo);
      dropPending(ctx, reply, pending);
      switch (answer.kind) {
        case 'declined':
          return sendWords(reply, 403, ssoDeclined, 'again', returnTo);
        case 'refused':
          return sendWords(reply, 403, ssoRefused, 'again', returnTo);
        case 'nameless':
          return sendWords(reply, 403, ssoNameless(config.oidc?.usernameClaim ?? ''), 'as_somebody_else', returnTo);
        case 'known':
          break;
      }
      const { username } = answer;
      const result = await signInBySso(ctx, { username, client: browserClient(ctx, request, reply) });
      switch (result.kind) {
        case 'off':
          return sendWords(reply, 403, ssoOff, 'by_password', returnTo);
        case 'unknown':
          return sendWords(reply, 403, ssoUnknown(username), 'as_somebody_else', returnTo);
        case 'disabled':
          return sendWords(reply, 403, ssoDisabled, 'as_somebody_else', returnTo);
        case 'invited':
          return sendWords(reply, 403, ssoInvited, 'as_somebody_else', returnTo);
        case 'other_system':
          return sendWords(reply, 403, ssoOtherSystem, 'by_password', returnTo);
        case 'started':
        case 'at_cap':
          return sendStarted(ctx, request, reply, result, returnTo);
      }
    });
  };
}
