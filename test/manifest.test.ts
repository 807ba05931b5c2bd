import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { featureEdges } from '../src/edges';
import { homeEdge } from '../src/features/home/home.commands';
import { createCommandRouter } from '../src/platform/slack/command-router';
import { readFileAgain } from '../src/platform/slack/share-file';
import { openAgain } from '../src/platform/slack/wiring';
import { authMethods } from '../src/workspace/web-api/auth-methods';
import { chatMethods } from '../src/workspace/web-api/chat-methods';
import { conversationMethods } from '../src/workspace/web-api/conversation-methods';
import { fileMethods } from '../src/workspace/web-api/file-methods';
import { userMethods } from '../src/workspace/web-api/user-methods';
import { viewMethods } from '../src/workspace/web-api/view-methods';
import { manifest } from './support/usher';

const url = z
  .string()
  .regex(/^https?:\/\//)
  .max(3000);
const names = z.array(z.string().max(50)).refine((list) => new Set(list).size === list.length, 'has something twice');

/** The lengths and fields that Slack's versioned manifest schema (slackapi/manifest-schema, 1.x) gives, as far as we use them. */
const slackManifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(1), minor_version: z.int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().min(1).max(140),
    long_description: z.string().min(175).max(4000),
    background_color: z.string().regex(/^#[0-9a-f]{3}([0-9a-f]{3})?$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().min(1).max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\//).min(2).max(32),
          url,
          description: z.string().min(1).max(2000),
          usage_hint: z.string().min(1).max(1000),
          should_escape: z.boolean(),
        }),
      )
      .min(1)
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: names.max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: url, bot_events: names.max(100) }),
    interactivity: z.strictObject({ is_enabled: z.boolean(), request_url: url, message_menu_options_url: url }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

const parsed = slackManifest.parse(manifest);
const folder = join(__dirname, '../src/platform/slack');
const source = readdirSync(folder)
  .map((file) => readFileSync(join(folder, file), 'utf8'))
  .join('\n');
const edges = [
  ...featureEdges,
  homeEdge({
    jobs: [],
    runJob: async () => ({ outcome: 'stopped' }),
    status: async () => Promise.reject(new Error('not asked')),
  }),
];
const sorted = (items: Iterable<string>) => [...new Set(items)].sort();

test('the manifest keeps to Slack’s schema', () => {
  expect(slackManifest.safeParse(manifest).error).toBeUndefined();
});

test('the manifest names exactly the commands that the program answers, and escapes what is typed', () => {
  const { verbs } = createCommandRouter(edges);
  expect(sorted(parsed.features.slash_commands.map(({ command }) => command))).toEqual(
    sorted(verbs.map(({ command }) => command)),
  );
  // Without it a mention arrives as a bare name, which names nobody for certain.
  expect(parsed.features.slash_commands.every(({ should_escape }) => should_escape)).toBe(true);
});

test('the manifest subscribes to exactly the events that the program handles', () => {
  const handled = [...source.matchAll(/app\.event\('([a-z_]+)'/g)].map(([, event]) => event ?? '');
  expect(handled.length).toBeGreaterThan(0);
  expect(sorted(parsed.settings.event_subscriptions.bot_events)).toEqual(sorted(handled));
});

test('the manifest asks for exactly the scopes that the methods in use need', () => {
  const methods = {
    ...authMethods,
    ...chatMethods,
    ...conversationMethods,
    ...fileMethods,
    ...userMethods,
    ...viewMethods,
  };
  const used = [...source.matchAll(/client\.([a-z]+\.[a-zA-Z]+)\(/g)].map(([, method]) => method ?? '');
  const needed = used.flatMap((method) => {
    const known = methods[method as keyof typeof methods];
    if (known === undefined) throw new Error(`the workspace does not know ${method}`);
    return known.scopes[0] ?? [];
  });
  // Slash commands have a scope of their own, and so has the address in users.info; a file_shared event needs files:read.
  expect(sorted(parsed.oauth_config.scopes.bot)).toEqual(
    sorted([...needed, 'commands', 'users:read.email', 'files:read']),
  );
});

test('every element and modal that the program shows has somebody who answers it', () => {
  const text = readdirSync(join(__dirname, '../src/features'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(text|modals)\.tsx?$/.test(file))
    .map((file) => readFileSync(join(__dirname, '../src/features', file), 'utf8'))
    .join('\n');
  // Inputs are read at the submission; buttons and menus must have an action.
  const shown = [
    ...text.matchAll(/button\(\{\s*actionId: '([^']+)'/g),
    ...text.matchAll(/type: 'overflow',\s*action_id: '([^']+)'/g),
  ].map(([, id]) => id ?? '');
  const own = [openAgain, readFileAgain];
  const answered = [...own, ...edges.flatMap((edge) => edge.actions ?? []).map(({ id }) => id)];
  const unanswered = shown.filter(
    (id) => !answered.some((known) => (known.endsWith(':') ? id.startsWith(known) : id === known)),
  );
  expect(shown.length).toBeGreaterThan(20);
  expect(unanswered).toEqual([]);
});
