import { completeState } from './block-kit/element-state';
import type { Conversation, Message } from './conversations';
import type { Core } from './core';
import { fileType, type StoredFile } from './files';
import type { JsonObject } from './json';
import type { Person } from './people';
import type { StateValues } from './protocol';
import type { OpenView } from './views';

/** The address of a file, which wants the bot's token. */
export function privateUrl(core: Core, file: StoredFile, download: boolean): string {
  const path = `/files-pri/${core.team.id}-${file.id}/${download ? 'download/' : ''}`;
  return `${core.origin()}${path}${encodeURIComponent(file.name)}`;
}

/** Slack's file object. */
export function slackFile(core: Core, file: StoredFile): JsonObject {
  const owner = core.people.byId(file.owner);
  const shared = [...file.shares].map(([id, timestamps]) => ({
    conversation: core.conversations.byId(id),
    timestamps,
  }));
  const sharesOf = (isPrivate: boolean) =>
    Object.fromEntries(
      shared
        .filter(({ conversation }) => conversation?.kind === 'channel' && conversation.isPrivate === isPrivate)
        .map(({ conversation, timestamps }) => [
          conversation?.id,
          timestamps.map((ts) => ({ ts, share_user_id: file.owner })),
        ]),
    );
  const idsOf = (wanted: (conversation: Conversation) => boolean) =>
    shared.flatMap(({ conversation }) => (conversation && wanted(conversation) ? [conversation.id] : []));
  const channels = idsOf(({ kind, isPrivate }) => kind === 'channel' && !isPrivate);
  return {
    id: file.id,
    created: Math.floor(file.createdAt.getTime() / 1000),
    timestamp: Math.floor(file.createdAt.getTime() / 1000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: fileType(file.name),
    pretty_type: fileType(file.name).toUpperCase(),
    user: file.owner,
    user_team: owner?.team.id ?? core.team.id,
    editable: false,
    size: file.size,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: channels.length > 0,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: privateUrl(core, file, false),
    url_private_download: privateUrl(core, file, true),
    permalink: `${core.origin()}/files/${file.owner}/${file.id}/${encodeURIComponent(file.name)}`,
    comments_count: 0,
    shares: { public: sharesOf(false), private: sharesOf(true) },
    channels,
    groups: idsOf(({ kind, isPrivate }) => kind === 'channel' && isPrivate),
    ims: idsOf(({ kind }) => kind === 'dm'),
    has_rich_preview: false,
    file_access: owner?.kind === 'external' ? 'check_file_info' : 'visible',
  };
}

/** A file as it stands in events from a Slack Connect team: the app must ask `files.info`. */
export function fileInEvent(core: Core, file: StoredFile): JsonObject {
  const full = slackFile(core, file);
  if (full.file_access !== 'check_file_info') return full;
  const { id, created, timestamp, mode, file_access, user } = full;
  return { id, created, timestamp, mode, file_access, user };
}

/** Slack's message object. */
export function slackMessage(core: Core, message: Message): JsonObject {
  const isOwn = message.author === core.people.bot.id;
  const files = message.fileIds.flatMap((id) => core.files.byId(id) ?? []);
  return {
    type: 'message',
    ...(message.subtype === null ? {} : { subtype: message.subtype }),
    user: message.author,
    ...(isOwn
      ? {
          bot_id: core.app.botId,
          app_id: core.app.id,
          bot_profile: {
            id: core.app.botId,
            app_id: core.app.id,
            name: core.manifest.botName,
            deleted: false,
            updated: 1_700_000_000,
            team_id: core.team.id,
          },
        }
      : {}),
    text: message.text,
    ts: message.ts,
    team: core.people.byId(message.author)?.team.id ?? core.team.id,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(files.length > 0 ? { files: files.map((file) => fileInEvent(core, file)), upload: false } : {}),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.edited === null ? {} : { edited: { user: message.author, ts: message.edited } }),
  };
}

/** Slack's view object, with the state that is given or else what its elements start with. */
export function slackView(core: Core, open: OpenView, state: StateValues = {}): JsonObject {
  const { view } = open;
  const isModal = view.type === 'modal';
  return {
    id: open.id,
    team_id: core.team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
    state: { values: completeState(view.blocks, state) },
    hash: open.hash,
    ...(isModal ? { title: view.title } : { title: { type: 'plain_text', text: 'View Title', emoji: true } }),
    clear_on_close: view.clear_on_close ?? false,
    notify_on_close: view.notify_on_close ?? false,
    close: view.close ?? null,
    submit: view.submit ?? null,
    previous_view_id: open.previousId,
    root_view_id: open.rootId,
    app_id: core.app.id,
    external_id: view.external_id ?? '',
    app_installed_team_id: core.team.id,
    bot_id: core.app.botId,
  };
}

/** How a conversation is called in commands and interactions: direct and private ones do not give their name away. */
export function channelName({ kind, isPrivate, name }: Conversation): string {
  if (kind === 'dm') return 'directmessage';
  return isPrivate ? 'privategroup' : name;
}

/** The person, team and enterprise of an interaction; somebody from outside comes with their own team. */
export function interactionOrigin(core: Core, person: Person): JsonObject {
  const { team } = person;
  return {
    user: { id: person.id, username: person.name, name: person.name, team_id: team.id },
    api_app_id: core.app.id,
    token: core.app.verificationToken,
    team: {
      id: team.id,
      domain: team.domain,
      ...(team.enterprise ? { enterprise_id: team.enterprise.id, enterprise_name: team.enterprise.name } : {}),
    },
    enterprise: team.enterprise ?? null,
    is_enterprise_install: false,
  };
}
