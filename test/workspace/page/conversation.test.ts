import { completeCommand } from '../../../src/workspace/page/command-completion';
import { messageRows } from '../../../src/workspace/page/message-rows';
import { initialsOf } from '../../../src/workspace/page/person-look';
import { formatRoute, parseRoute } from '../../../src/workspace/page/route';
import { emptyWorkspace, isUnread, reduceWorkspace } from '../../../src/workspace/page/workspace-state';
import type { BootView, MessageView } from '../../../src/workspace/protocol';

function message(ts: string, more: Partial<MessageView> = {}): MessageView {
  return {
    ts,
    conversationId: 'C1',
    author: 'UBOT',
    text: ts,
    blocks: [],
    files: [],
    ephemeral: false,
    edited: false,
    threadTs: null,
    system: false,
    ...more,
  };
}

const boot: BootView = {
  team: { id: 'T1', name: 'Local' },
  appName: 'Usher',
  people: [],
  me: 'UADA',
  conversations: [{ id: 'C1', kind: 'channel', name: 'imports', topic: '', latest: null }],
  commands: [],
  samples: [],
};

function opened(messages: readonly MessageView[]) {
  const before = emptyWorkspace({}, []);
  const booted = reduceWorkspace(before, { type: 'booted', boot, mails: [], stack: [], before });
  return reduceWorkspace(booted, { type: 'messages_loaded', conversationId: 'C1', messages });
}

describe('messages', () => {
  test('an event that overtakes the answer with the older messages is not lost, and none is shown twice', () => {
    const early = reduceWorkspace(opened([]), { type: 'event', event: { type: 'message', message: message('3.0') } });
    const loaded = reduceWorkspace(early, {
      type: 'messages_loaded',
      conversationId: 'C1',
      messages: [message('1.0'), message('2.0')],
    });
    expect(loaded.messages.C1?.map(({ ts }) => ts)).toEqual(['1.0', '2.0', '3.0']);
  });

  test('a change replaces its message in place, a deletion takes it away', () => {
    const state = opened([message('1.0'), message('2.0')]);
    const edited = message('1.0', { text: 'new', edited: true });
    const changed = reduceWorkspace(state, { type: 'event', event: { type: 'message_changed', message: edited } });
    expect(changed.messages.C1).toEqual([edited, message('2.0')]);
    const event = { type: 'message_deleted', conversationId: 'C1', ts: '2.0' } as const;
    expect(reduceWorkspace(changed, { type: 'event', event }).messages.C1).toEqual([edited]);
  });

  test('a conversation is unread until its newest message was seen', () => {
    const told = reduceWorkspace(opened([]), { type: 'event', event: { type: 'message', message: message('5.0') } });
    const unread = (state: typeof told) => state.conversations.map((conversation) => isUnread(state, conversation));
    expect(unread(told)).toEqual([true]);
    expect(unread(reduceWorkspace(told, { type: 'seen', conversationId: 'C1', ts: '5.0' }))).toEqual([false]);
  });
});

describe('answers that events have overtaken', () => {
  const view = (title: string) => ({ type: 'home', blocks: [], title }) as const;

  test('the Home that the bot has published meanwhile stays', () => {
    const state = opened([]);
    const published = reduceWorkspace(state, { type: 'event', event: { type: 'home', view: view('new') } });
    const answered = reduceWorkspace(published, { type: 'home_loaded', view: view('old'), before: state.home });
    expect(answered.home).toEqual(view('new'));
    expect(reduceWorkspace(state, { type: 'home_loaded', view: view('old'), before: state.home }).home).toEqual(
      view('old'),
    );
  });

  test('a modal and a mail that came meanwhile stay', () => {
    const before = opened([]);
    const modal = { id: 'V1', view: { type: 'modal', blocks: [] }, errors: {} } as const;
    const mail = { id: 'E1', from: '', to: '', subject: '', receivedAt: '', messageId: '' };
    const told = (
      [
        { type: 'modals', stack: [modal] },
        { type: 'mail', mail },
      ] as const
    ).reduce((state, event) => reduceWorkspace(state, { type: 'event', event }), before);
    const booted = reduceWorkspace(told, { type: 'booted', boot, mails: [], stack: [], before });
    expect([booted.stack, booted.mails]).toEqual([[modal], [mail]]);
  });
});

describe('rows', () => {
  test('replies stand with their parent, and those of an unknown parent for themselves', () => {
    const rows = messageRows(
      [message('1.0'), message('2.0', { threadTs: '1.0' }), message('3.0', { threadTs: '0.5' })],
      null,
      'UADA',
    );
    expect(rows.map((row) => [row.message.ts, row.replies.map(({ ts }) => ts)])).toEqual([
      ['1.0', ['2.0']],
      ['3.0', []],
    ]);
  });

  test('the same author within five minutes goes on; another visibility or a thread between does not', () => {
    const rows = messageRows(
      [message('1.0'), message('2.0'), message('3.0', { ephemeral: true }), message('400.0')],
      null,
      'UADA',
    );
    expect(rows.map((row) => row.continues)).toEqual([false, true, false, false]);
  });

  test('the line before what is new stands once, and never before one’s own message', () => {
    const rows = messageRows([message('1.0'), message('2.0'), message('3.0')], '1.0', 'UADA');
    expect(rows.map((row) => row.startsNew)).toEqual([false, true, false]);
    const own = messageRows([message('1.0'), message('2.0', { author: 'UADA' })], '1.0', 'UADA');
    expect(own.map((row) => row.startsNew)).toEqual([false, false]);
  });
});

describe('commands', () => {
  const commands = ['/users', '/usher', '/sessions'].map((command) => ({ command, description: '', usageHint: '' }));
  const choices = (text: string) => completeCommand(text, commands).choices.map(({ command }) => command);

  test('a slash offers all, letters narrow them, and beginnings come first', () => {
    expect(choices('/')).toEqual(['/users', '/usher', '/sessions']);
    expect(choices('/us')).toEqual(['/users', '/usher']);
    expect(choices('/se')).toEqual(['/sessions', '/users']);
  });

  test('after the first space the usage of the command is told', () => {
    expect(completeCommand('/users inv', commands)).toEqual({ choices: [], current: commands[0] });
    expect(completeCommand('/nope x', commands)).toEqual({ choices: [], current: null });
  });

  test.each(['hello /users', ' /users', 'a/b', '/a/b'])('%j is no command', (text) =>
    expect(choices(text)).toEqual([]),
  );
});

test.each([
  ['#/UADA/C1', { me: 'UADA', place: { kind: 'conversation', id: 'C1' } }],
  ['#/UADA/home', { me: 'UADA', place: { kind: 'home' } }],
  ['#/UADA/mail', { me: 'UADA', place: { kind: 'mail', id: null } }],
  ['#/UADA/mail/a%2Fb', { me: 'UADA', place: { kind: 'mail', id: 'a/b' } }],
  ['#/UADA', { me: 'UADA', place: null }],
] as const)('the address %s is read and written back', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
  expect(formatRoute(route)).toBe(hash);
});

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Jean-Luc Picard', 'JP'],
  ['Éva 🦊', 'É🦊'],
  ['<!channel>', '<'],
  ['', '?'],
])('%j has the initials %j', (name, initials) => expect(initialsOf(name)).toBe(initials));
