import { isJsonObject, type JsonObject, stringOr } from './json';

export interface ManifestCommand {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  /** Whether typed addresses, mentions and channels reach the app wrapped as `<…>`. */
  readonly shouldEscape: boolean;
}

/** What of an app's manifest the workspace goes by. */
export interface Manifest {
  readonly appName: string;
  readonly botName: string;
  readonly commands: readonly ManifestCommand[];
  readonly botScopes: ReadonlySet<string>;
  readonly botEvents: ReadonlySet<string>;
  readonly interactive: boolean;
  readonly homeTab: boolean;
  /** Whether people may write to the app in its direct conversation. */
  readonly messagesTab: boolean;
}

function child(parent: unknown, ...path: string[]): JsonObject {
  let at: unknown = parent;
  for (const key of path) at = isJsonObject(at) ? at[key] : undefined;
  return isJsonObject(at) ? at : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Reads a parsed manifest; throws a sentence where a command in it is none. */
export function readManifest(manifest: unknown): Manifest {
  const features = child(manifest, 'features');
  const appHome = child(features, 'app_home');
  const commands = Array.isArray(features.slash_commands) ? features.slash_commands : [];
  const appName = stringOr(child(manifest, 'display_information').name, 'App');
  return {
    appName,
    botName: stringOr(child(features, 'bot_user').display_name, appName),
    commands: commands.map((entry: unknown) => {
      const command = child({ entry }, 'entry');
      const name = stringOr(command.command, '');
      if (!/^\/[^\s/]{1,31}$/.test(name)) throw new Error(`The manifest names a command ${JSON.stringify(name)}`);
      return {
        command: name,
        description: stringOr(command.description, ''),
        usageHint: stringOr(command.usage_hint, ''),
        shouldEscape: command.should_escape === true,
      };
    }),
    botScopes: new Set(strings(child(manifest, 'oauth_config', 'scopes').bot)),
    botEvents: new Set(strings(child(manifest, 'settings', 'event_subscriptions').bot_events)),
    interactive: child(manifest, 'settings', 'interactivity').is_enabled === true,
    homeTab: appHome.home_tab_enabled === true,
    messagesTab: appHome.messages_tab_enabled !== false && appHome.messages_tab_read_only_enabled !== true,
  };
}
