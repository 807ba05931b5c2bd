import type { Core } from '../core';
import type { JsonObject } from '../json';
import { type Person, slackUser } from '../people';
import { pageOf, requiredText, textOf } from './arguments';
import type { WebMethods } from './method';
import { knownPerson } from './places';
import { ApiRefusal } from './refusal';

function user(core: Core, person: Person): JsonObject {
  return slackUser(person, core.manifest.botScopes.has('users:read.email'));
}

export const userMethods: WebMethods = {
  'users.info': {
    tier: 4,
    scopes: ['users:read'],
    formOnly: true,
    run: (core, args) => ({ user: user(core, knownPerson(core, requiredText(args, 'user'))) }),
  },
  'users.list': {
    tier: 2,
    scopes: ['users:read'],
    formOnly: true,
    run(core, args) {
      const { page, next } = pageOf(args, core.people.all());
      const cacheTs = Math.floor(core.clock.now().getTime() / 1000);
      return {
        members: page.map((person) => user(core, person)),
        cache_ts: cacheTs,
        response_metadata: { next_cursor: next },
      };
    },
  },
  'users.lookupByEmail': {
    tier: 3,
    scopes: ['users:read.email'],
    formOnly: true,
    run(core, args) {
      const email = requiredText(args, 'email').toLowerCase();
      const found = core.people
        .all()
        .find((person) => person.email?.toLowerCase() === email && person.kind !== 'deactivated');
      if (!found) throw new ApiRefusal('users_not_found');
      return { user: user(core, found) };
    },
  },
  'bots.info': {
    tier: 3,
    scopes: ['users:read'],
    formOnly: true,
    run({ app, people, manifest }, args) {
      if ((textOf(args, 'bot') ?? app.botId) !== app.botId) throw new ApiRefusal('bot_not_found');
      const bot = { id: app.botId, deleted: false, name: manifest.botName, updated: 1_700_000_000, app_id: app.id };
      return { bot: { ...bot, user_id: people.bot.id, icons: {} } };
    },
  },
};
