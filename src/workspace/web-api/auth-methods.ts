import type { WebMethods } from './method';
import { ApiRefusal } from './refusal';

export const authMethods: WebMethods = {
  'api.test': {
    tier: 'free',
    scopes: [],
    token: 'none',
    run(_core, args) {
      if (typeof args.error === 'string') throw new ApiRefusal(args.error, { args });
      return { args };
    },
  },
  'auth.test': {
    tier: 'free',
    scopes: [],
    run: ({ app, team, people, origin }) => ({
      url: `${origin()}/`,
      team: team.name,
      user: people.bot.name,
      team_id: team.id,
      user_id: people.bot.id,
      bot_id: app.botId,
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': {
    tier: 1,
    scopes: [],
    token: 'app',
    run(core) {
      const path = core.socketPath();
      if (path === null) throw new ApiRefusal('socket_mode_not_enabled');
      return { url: core.origin().replace(/^http/, 'ws') + path };
    },
  },
};
