import type { WorkspaceListener } from './bus';
import { runCommand } from './commands';
import { type Conversation, visibleMessages } from './conversations';
import type { Core } from './core';
import { sendEvent } from './events';
import { suggest, useElement } from './interactions';
import { mailView } from './mail-room';
import { fileView, messageView, postMessage } from './messages';
import { closeModal, submitModal } from './modals';
import { type Person, personView } from './people';
import type {
  BootView,
  ConversationView,
  FileView,
  MailBodyView,
  MailView,
  MessageView,
  ModalView,
  PostActionBody,
  PostMessageBody,
  PostSuggestionBody,
  SlackView,
  StateValues,
  SuggestionsView,
} from './protocol';
import { Refused } from './refused';
import { announceFile, shareLater } from './sharing';
import { slackView } from './slack-objects';
import { actingPerson, giveNotice, ownConversation } from './standing';
import { linkTypedText } from './typed-text';
import { modalView } from './views';

export interface Upload {
  readonly name: string;
  readonly bytes: Buffer;
  readonly mimetype?: string;
  /** Left out for a file that goes into a `file_input`. */
  readonly conversationId?: string;
  readonly threadTs?: string;
}

/**
 * What people do in the workspace; the page's server and the tests' driver both call this. `as` is a person's id or
 * handle, a conversation an id, `#channel`, or `@app` for the direct one. What a person may not do throws `Refused`.
 */
export interface PersonActs {
  /** What the page needs at first; without `as` only the people. */
  boot(as: string | null): BootView;
  /** The person's id. */
  identify(as: string): string;
  /** The conversation's id. */
  conversationId(as: string, idOrName: string): string;
  messages(as: string, conversation: string): MessageView[];
  /** An ordinary message, or a slash command; the latter resolves once it was acknowledged. */
  post(as: string, body: PostMessageBody): Promise<void>;
  upload(as: string, upload: Upload): FileView;
  dropSample(as: string, name: string, conversation: string): FileView;
  download(as: string, fileId: string): { readonly name: string; readonly mimetype: string; readonly bytes: Buffer };
  use(as: string, body: PostActionBody): Promise<void>;
  suggest(as: string, body: PostSuggestionBody): Promise<SuggestionsView>;
  /** Answers the errors now shown, by block_id. */
  submit(as: string, viewId: string, state: StateValues): Promise<Record<string, string>>;
  close(as: string, viewId: string, clear: boolean): Promise<void>;
  stack(as: string): ModalView[];
  /** Opens the App Home, which the app hears of; answers what it shows now. */
  openHome(as: string): SlackView | null;
  home(as: string): SlackView | null;
  join(as: string, channel: string): void;
  mails(): MailView[];
  mail(id: string): MailBodyView;
  subscribe(as: string, listener: WorkspaceListener): () => void;
}

function conversationView(person: Person, conversation: Conversation): ConversationView {
  const { id, kind, name, topic } = conversation;
  return { id, kind, name, topic, latest: visibleMessages(conversation, person).at(-1)?.ts ?? null };
}

function keepUpload(core: Core, person: Person, upload: Upload): FileView {
  if (upload.bytes.length > core.maxFileBytes) throw new Refused('That file is too large for this workspace.', 413);
  const conversation =
    upload.conversationId === undefined ? null : ownConversation(core, person, upload.conversationId);
  const file = core.files.add({
    name: upload.name,
    bytes: upload.bytes,
    owner: person.id,
    createdAt: core.clock.now(),
    ...(upload.mimetype === undefined ? {} : { mimetype: upload.mimetype }),
  });
  announceFile(core, file);
  if (conversation) shareLater(core, conversation, { files: [file], comment: '', threadTs: upload.threadTs ?? null });
  const [view] = fileView(core, file.id);
  if (!view) throw new Refused('That file is too large for this workspace.', 413);
  return view;
}

function joinChannel(core: Core, person: Person, name: string): void {
  const channel = core.conversations.find(name);
  if (channel?.kind !== 'channel' || channel.isPrivate) throw new Refused('There is no such channel to join.', 404);
  if (channel.members.has(person.id)) return;
  channel.members.add(person.id);
  postMessage(core, channel, {
    author: person.id,
    text: `<@${person.id}> has joined the channel`,
    subtype: 'channel_join',
  });
  const conversations = core.conversations.of(person).map((one) => conversationView(person, one));
  core.bus.tell(person.id, { type: 'conversations', conversations });
  const event = {
    type: 'member_joined_channel',
    user: person.id,
    channel: channel.id,
    channel_type: 'C',
    team: person.team.id,
  };
  sendEvent(core, { ...event, event_ts: core.nextTimestamp() }, channel);
}

async function post(core: Core, person: Person, { conversationId, text, threadTs }: PostMessageBody): Promise<void> {
  const conversation = ownConversation(core, person, conversationId);
  if (text.startsWith('/')) {
    if (threadTs === undefined) return runCommand(core, person, conversation, text);
    giveNotice(core, person, conversation, `${text.split(/\s/)[0]} is not supported in threads. Sorry!`);
    return;
  }
  if (text.trim() === '') throw new Refused('There is nothing to send.');
  if (conversation.kind === 'dm' && !core.manifest.messagesTab) {
    throw new Refused('Sending messages to this app has been turned off.', 403);
  }
  const { people, conversations } = core;
  const linked = linkTypedText(text, { people, conversations, withNames: false });
  postMessage(core, conversation, { author: person.id, text: linked, threadTs: threadTs ?? null });
}

function openHome(core: Core, person: Person): SlackView | null {
  if (!core.manifest.homeTab) throw new Refused('This app has no Home tab.', 404);
  const home = core.views.home(person.id);
  const event = {
    type: 'app_home_opened',
    user: person.id,
    channel: core.conversations.directWith(person).id,
    tab: 'home',
  };
  const view = home ? { view: slackView(core, home) } : {};
  sendEvent(core, { ...event, event_ts: core.nextTimestamp(), ...view }, null);
  return home?.view ?? null;
}

function download(core: Core, person: Person, fileId: string) {
  const file = core.files.byId(fileId);
  const seen =
    file?.owner === person.id ||
    [...(file?.shares.keys() ?? [])].some((id) => core.conversations.byId(id)?.members.has(person.id));
  if (!file || !seen) throw new Refused('That file is not there.', 404);
  return file;
}

/** The acts of people, bound to a workspace. */
export function createPersonActs(core: Core): PersonActs {
  const by = (as: string) => actingPerson(core, as);
  return {
    boot(as) {
      const me = as === null ? null : by(as);
      const conversations = me ? core.conversations.of(me).map((one) => conversationView(me, one)) : [];
      const samples = core.samples.map(({ name, note, bytes }) => ({ name, note: note ?? '', size: bytes.length }));
      return {
        team: { id: core.team.id, name: core.team.name },
        appName: core.manifest.appName,
        people: core.people.all().map(personView),
        me: me?.id ?? null,
        conversations,
        commands: me
          ? core.manifest.commands.map(({ command, description, usageHint }) => ({ command, description, usageHint }))
          : [],
        samples: me ? samples : [],
      };
    },
    identify: (as) => by(as).id,
    conversationId: (as, idOrName) => ownConversation(core, by(as), idOrName).id,
    messages(as, conversation) {
      const person = by(as);
      const seen = visibleMessages(ownConversation(core, person, conversation), person);
      return seen.slice(-200).map((message) => messageView(core, message));
    },
    post: (as, body) => post(core, by(as), body),
    upload: (as, upload) => keepUpload(core, by(as), upload),
    dropSample(as, name, conversation) {
      const sample = core.samples.find((one) => one.name === name);
      if (!sample) throw new Refused('There is no such sample.', 404);
      const { bytes, mimetype } = sample;
      const upload = { name, bytes, conversationId: conversation, ...(mimetype === undefined ? {} : { mimetype }) };
      return keepUpload(core, by(as), upload);
    },
    download: (as, fileId) => download(core, by(as), fileId),
    use: (as, body) => useElement(core, by(as), body),
    suggest: (as, body) => suggest(core, by(as), body),
    submit: (as, viewId, state) => submitModal(core, by(as), viewId, state),
    close: (as, viewId, clear) => closeModal(core, by(as), viewId, clear),
    stack: (as) => core.views.stack(by(as).id).map(modalView),
    openHome: (as) => openHome(core, by(as)),
    home: (as) => core.views.home(by(as).id)?.view ?? null,
    join: (as, channel) => joinChannel(core, by(as), channel),
    mails: () => core.mailRoom.list().map(mailView),
    mail(id) {
      const mail = core.mailRoom.byId(id);
      if (!mail) throw new Refused('That mail is no longer there.', 404);
      return mail;
    },
    subscribe: (as, listener) => core.bus.subscribe(by(as).id, listener),
  };
}
