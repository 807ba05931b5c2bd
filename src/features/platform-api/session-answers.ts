import type { ProjectPermission, SitePermission } from '../access/permissions';
import { projectPermissions, sitePermissions } from '../access/permissions';
import type { Permissions } from '../access/permissions.service';
import type { Session, SessionState, SessionUser } from '../sessions/sessions.types';
import type { PermissionsAnswer, SessionAnswer, SignedInAnswer, TouchedAnswer } from './schemas';

/** A session as programs see it. */
export function sessionAnswer(session: Session): SessionAnswer {
  return {
    id: session.id,
    kind: session.kind,
    client_id: session.clientId,
    client_name: session.clientName,
    ip: session.ip,
    started_at: session.startedAt.toISOString(),
    last_request_at: session.lastSeenAt.toISOString(),
  };
}

/** A user as programs see them. */
export function userAnswer(user: Omit<SessionUser, 'status'>): SignedInAnswer['user'] {
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    is_admin: user.isAdmin,
    auth_system: user.authSystem,
  };
}

const inOrder = <Name extends string>(all: Readonly<Record<Name, string>>, held: ReadonlySet<Name>): Name[] =>
  (Object.keys(all) as Name[]).filter((name) => held.has(name));

/** What somebody may do, as programs see it; of an admin everything is listed that the lists have room for. */
export function permissionsAnswer(held: Permissions): PermissionsAnswer {
  const everything = new Set(Object.keys(projectPermissions) as ProjectPermission[]);
  return {
    everything: held.isAdmin,
    site: inOrder<SitePermission>(sitePermissions, held.site),
    projects: [...held.projects]
      .map(([id, { projectName, profileName, permissions }]) => ({
        id,
        name: projectName,
        profile: profileName,
        permissions: inOrder<ProjectPermission>(projectPermissions, held.isAdmin ? everything : permissions),
      }))
      .sort((a, b) => a.id - b.id),
  };
}

/** What a gateway is told of one token. */
export function stateAnswer(state: SessionState): TouchedAnswer['states'][number] {
  switch (state.state) {
    case 'active':
      return { state: 'active', session_id: state.session.id, user_id: state.user.id };
    case 'ended':
      return { state: 'ended', reason: state.reason };
    case 'unknown':
      return { state: 'unknown' };
  }
}
