import { z } from 'zod';
import { projectPermissions, sitePermissions } from '../access/permissions';
import { mostTokens } from '../sessions/read-session.service';

/** The schemas that have a name in the API’s document. */
export const named = z.registry<{ id: string }>();

const words = <Word extends string>(permissions: Readonly<Record<Word, string>>) =>
  z.enum(Object.keys(permissions) as [Word, ...Word[]]);

const kind = z
  .enum(['web', 'api', 'explorer'])
  .describe(
    'Only web sessions count towards the cap and idle out; of api and of explorer sessions a person may have fifty each. Explorer sessions are in no list of the admins.',
  );
const clientIp = z
  .union([z.ipv4(), z.ipv6()])
  .optional()
  .describe(
    'Where the person is, for the limits and for the lists of sessions. Needs a platform key; without this member it is the address of whoever calls.',
  );
const moment = z.iso.datetime().describe('In UTC, with milliseconds.');
const endReason = z.enum(['admin', 'idle', 'password_changed', 'disabled', 'deleted', 'signed_out', 'auth_changed']);

// Requests are closed: a member that is not known here is refused, so that a mistyped one is not passed over.

export const credentials = z
  .strictObject({
    email: z.string().min(1).max(254),
    password: z.string().min(1),
    kind,
    client_id: z
      .string()
      .min(1)
      .max(64)
      .describe('Names one browser or program of this person; all its tabs are one session. Make it at random, once.'),
    client_name: z
      .string()
      .max(120)
      .optional()
      .describe('What people call the client, such as “Firefox on Linux”; shown in lists of sessions.'),
    client_ip: clientIp,
    device_proof: z
      .string()
      .max(200)
      .optional()
      .describe(
        'What an earlier sign-in of this person with this client_id answered as device_proof. With it, wrong passwords that others try do not make this person wait.',
      ),
  })
  .register(named, { id: 'Credentials' });

export const choice = z
  .strictObject({
    choice: z.string().min(1).max(200),
    end: z.int().positive().describe('The id of the session to end, one of those that came with the choice.'),
    client_ip: clientIp,
  })
  .register(named, { id: 'Choice' });

export const signIn = z.union([credentials, choice]).register(named, { id: 'SignIn' });

export const touch = z
  .strictObject({ tokens: z.array(z.string()).max(mostTokens).describe(`${mostTokens} at most.`) })
  .register(named, { id: 'Touch' });

// Answers are open: they may get further members, which programs are to pass over.

const session = z
  .object({
    id: z.int().positive(),
    kind,
    client_id: z.string(),
    client_name: z.string(),
    ip: z.string().nullable(),
    started_at: moment,
    last_request_at: moment,
  })
  .register(named, { id: 'Session' });
export type SessionAnswer = z.infer<typeof session>;

const deviceProof = z
  .string()
  .describe('To be kept beside client_id, and sent as device_proof at this person’s next sign-in. It opens nothing.');

export const started = z
  .object({
    token: z.string().describe('The bearer token of the session. It is told this once.'),
    session,
    device_proof: deviceProof.optional(),
  })
  .register(named, { id: 'StartedSession' });
export type StartedAnswer = z.infer<typeof started>;

const user = z
  .object({
    id: z.int().positive(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    is_admin: z.boolean(),
    auth_system: z.enum(['internal', 'ldap', 'sso']),
  })
  .register(named, { id: 'User' });

const permissions = z
  .object({
    everything: z
      .boolean()
      .describe('An active admin: may do anything on the site and in every project, member or not.'),
    site: z.array(words(sitePermissions)),
    projects: z
      .array(
        z.object({
          id: z.int().positive(),
          name: z.string(),
          profile: z.string(),
          permissions: z.array(words(projectPermissions)),
        }),
      )
      .describe('Those that the user is a member of.'),
  })
  .register(named, { id: 'Permissions' });
export type PermissionsAnswer = z.infer<typeof permissions>;

export const signedIn = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('session'), user, session, permissions }).register(named, { id: 'SignedInBySession' }),
    z
      .object({
        kind: z.literal('api_token'),
        user,
        api_token: z.object({ id: z.int().positive(), name: z.string() }),
        permissions,
      })
      .register(named, { id: 'SignedInByApiToken' }),
  ])
  .register(named, { id: 'SignedIn' });
export type SignedInAnswer = z.infer<typeof signedIn>;

export const touched = z
  .object({
    states: z
      .array(
        z.discriminatedUnion('state', [
          z.object({
            state: z.literal('active'),
            session_id: z.int().positive(),
            user_id: z.int().positive(),
          }),
          z.object({ state: z.literal('ended'), reason: endReason }),
          z.object({ state: z.literal('unknown') }),
        ]),
      )
      .describe('One for each token, in the order of the request.'),
  })
  .register(named, { id: 'Touched' });
export type TouchedAnswer = z.infer<typeof touched>;

/** The members that problems have beside those of every problem. */
export const problemMembers = {
  errors: z
    .array(
      z.object({
        pointer: z.string().describe('Where in the request, as a JSON Pointer in a fragment: “#/client_id”.'),
        detail: z.string(),
      }),
    )
    .optional()
    .describe('With invalid_input: what is wrong where.'),
  reason: endReason.optional().describe('With session_ended: why.'),
  sessions: z.array(session).optional().describe('With session_cap: the person’s open sessions of that kind.'),
  choice: z.string().optional().describe('With session_cap: completes the sign-in, once, within five minutes.'),
  device_proof: deviceProof.optional(),
  error_id: z.string().optional().describe('With internal: the number under which the log tells more.'),
};
