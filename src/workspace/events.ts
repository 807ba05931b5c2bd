import type { Conversation } from './conversations';
import type { Core } from './core';
import { freshId } from './ids';
import type { JsonObject } from './json';

/** The names under which an app subscribes to an event, and the scope it needs for each. */
function subscription(type: string, conversation: Conversation | null): { name: string; scope: string | null } {
  const place = conversation?.kind === 'dm' ? 'im' : conversation?.isPrivate ? 'groups' : 'channels';
  switch (type) {
    case 'message':
      return { name: `message.${place}`, scope: `${place}:history` };
    case 'file_shared':
    case 'file_created':
      return { name: type, scope: 'files:read' };
    case 'member_joined_channel':
      return { name: type, scope: `${place}:read` };
    default:
      return { name: type, scope: null };
  }
}

function isShared(core: Core, conversation: Conversation | null): boolean {
  return [...(conversation?.members ?? [])].some((id) => core.people.byId(id)?.kind === 'external');
}

/** Tells the app of an event, where it subscribed to it, has the scope for it and is in that conversation. */
export function sendEvent(
  core: Core,
  event: JsonObject & { readonly type: string },
  conversation: Conversation | null,
): void {
  const { name, scope } = subscription(event.type, conversation);
  if (!core.manifest.botEvents.has(name)) return;
  if (scope !== null && !core.manifest.botScopes.has(scope)) return;
  if (conversation && !conversation.members.has(core.people.bot.id)) return;
  core.courier.announce({
    kind: 'event',
    name: event.type,
    payload: {
      token: core.app.verificationToken,
      team_id: core.team.id,
      context_team_id: core.team.id,
      context_enterprise_id: null,
      api_app_id: core.app.id,
      event,
      type: 'event_callback',
      event_id: freshId('Ev'),
      event_time: Math.floor(core.clock.now().getTime() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: core.team.id,
          user_id: core.people.bot.id,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: isShared(core, conversation),
      event_context: freshId('4-'),
    },
  });
}
