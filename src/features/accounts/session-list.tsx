import type { ComponentChildren, JSX } from 'preact';
import type { Context } from '../../platform/context';
import { shortSiteTime } from '../../platform/mail/site-time';
import type { Session } from '../sessions/sessions.types';

const kinds: Readonly<Record<Session['kind'], string | null>> = { web: null, api: 'API', explorer: 'Explorer' };

/** What people call the client of a session. */
export function clientOf(session: Session): string {
  return session.clientName === '' ? 'Unnamed program' : session.clientName;
}

export function zoneSentence(ctx: Context): string {
  return `Times are in ${ctx.config.timeZone === 'UTC' ? 'UTC' : `${ctx.config.timeZone} time`}.`;
}

/** Sessions as a list: client, address, times, and to the right what can be done. */
export function SessionList(props: {
  readonly ctx: Context;
  readonly sessions: readonly Session[];
  /** The session that the page is shown in. */
  readonly currentId?: number;
  readonly act: (session: Session) => ComponentChildren;
}): JSX.Element {
  const { timeZone } = props.ctx.config;
  return (
    <ul class="rows">
      {props.sessions.map((session) => (
        <li key={session.id}>
          <div>
            <p class="name">
              {clientOf(session)}
              {session.id === props.currentId ? <span class="tag">This browser</span> : null}
              {kinds[session.kind] === null ? null : <span class="tag">{kinds[session.kind]}</span>}
            </p>
            <p>{session.ip === null ? 'Address not known' : `From ${session.ip}`}</p>
            <p>Started {shortSiteTime(session.startedAt, timeZone)}</p>
            <p>Last request {shortSiteTime(session.lastSeenAt, timeZone)}</p>
          </div>
          {props.act(session)}
        </li>
      ))}
    </ul>
  );
}
