import { optionsOf, type PlacedElement } from '../../src/workspace/block-kit/block-elements';
import type {
  ContainerRef,
  ElementState,
  FileView,
  MessageView,
  ModalView,
  OptionView,
  SlackBlock,
  SlackView,
  StateValues,
  WorkspaceEvent,
} from '../../src/workspace/protocol';
import type { Workspace } from '../../src/workspace/workspace';
import {
  type ElementName,
  type Filling,
  filledState,
  keptState,
  matches,
  namedElement,
  namedOption,
  withElement,
} from './form-state';
import { textOf } from './slack-text';

/** What a test can look for: words, a pattern, or a question. */
export type Wanted<T> = string | RegExp | ((shown: T) => boolean);
/** Something with elements: a message, a modal, or the Home. */
export type Shown = MessageView | ModalView | SlackView;

export interface Waiting {
  readonly timeoutMs?: number;
}

export interface Submitted {
  /** Shown in the form now, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
  /** On top of the stack now, or null. */
  readonly modal: ModalView | null;
}

/**
 * One person at their keyboard. A conversation is `#channel`, an id, or `@app` for the direct one with the bot.
 * "Since the last act" means since the last command, post, click, choice, upload or submission of this person.
 */
export interface Actor {
  readonly id: string;
  /** Runs a slash command; resolves once it was acknowledged. */
  command(conversation: string, typed: string): Promise<void>;
  /** Runs a slash command and waits for the first message that comes of it. */
  ask(conversation: string, typed: string): Promise<MessageView>;
  post(conversation: string, text: string, threadTs?: string): Promise<void>;
  upload(conversation: string, name: string, bytes: Buffer | string): Promise<FileView>;
  download(file: FileView): Buffer;
  /** Everything this person sees there, oldest first. */
  messages(conversation: string): MessageView[];
  /** The newest message there of somebody else since the last act; waits for one. */
  lastMessage(conversation: string, waiting?: Waiting): Promise<MessageView>;
  /** The first message, anywhere, that came or changed since the last act and is the wanted one; waits for it. */
  waitForMessage(wanted: Wanted<MessageView>, waiting?: Waiting): Promise<MessageView>;
  /** A message as it is now; null where it is gone. */
  again(message: MessageView): MessageView | null;
  /** Presses a button. */
  click(on: Shown, button: ElementName): Promise<void>;
  /** Chooses in a menu that acts at once, an overflow menu too; in an external select types the words first. */
  choose(on: Shown, menu: ElementName, option: Filling): Promise<void>;
  /** What an external select offers for these letters. */
  suggestions(on: Shown, menu: ElementName, typed: string): Promise<OptionView[]>;
  /** The top modal, once there is one, and the wanted one. */
  modal(wanted?: Wanted<ModalView>, waiting?: Waiting): Promise<ModalView>;
  /** The modals that are open, bottom first. */
  stack(): ModalView[];
  /** Fills the top modal by label, block_id or action_id; files go in as `{ name, bytes }`. */
  fill(values: Readonly<Record<string, Filling | FileToFill>>): Promise<void>;
  submit(): Promise<Submitted>;
  closeModal(options?: { readonly all?: boolean }): Promise<void>;
  /** Opens the App Home and waits for the app to publish it. */
  home(wanted?: Wanted<SlackView>, waiting?: Waiting): Promise<SlackView>;
  /** What Slack itself told this person since the last act. */
  notices(): string[];
  waitForNotice(wanted: string | RegExp, waiting?: Waiting): Promise<string>;
}

export interface FileToFill {
  readonly name: string;
  readonly bytes: Buffer | string;
}

export interface WorkspaceDriver {
  /** The same actor for the same name every time. */
  as(name: string): Actor;
  /** Resolves once the app has acknowledged everything and nothing is due. */
  idle(): Promise<void>;
  /** Fails where a delivery was not acknowledged within Slack's three seconds, or an answer was one that Slack refuses. */
  expectPrompt(): void;
}

const patienceMs = 5000;

function isWanted<T extends Shown>(shown: T, wanted: Wanted<T>): boolean {
  return typeof wanted === 'function' ? wanted(shown) : matches(textOf(shown), wanted);
}

function blocksOf(shown: Shown): readonly SlackBlock[] {
  return 'view' in shown ? (shown as ModalView).view.blocks : (shown as MessageView | SlackView).blocks;
}

function containerOf(shown: Shown): ContainerRef {
  if ('ts' in shown) {
    const { conversationId, ts } = shown as MessageView;
    return { type: 'message', conversationId, ts };
  }
  return 'view' in shown ? { type: 'view', viewId: (shown as ModalView).id } : { type: 'home' };
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line.replace(/\n/g, '\n  ')}`).join('\n') || '  (nothing)';
}

/** Lets tests act as people in a workspace; what reaches the app goes over the real wire. */
export function driveWorkspace(workspace: Workspace): WorkspaceDriver {
  const actors = new Map<string, Actor>();
  return {
    as(name) {
      const actor = actors.get(name) ?? createActor(workspace, name);
      actors.set(name, actor);
      return actor;
    },
    idle: () => workspace.idle(),
    expectPrompt() {
      const { deliveries } = workspace;
      const bad = deliveries
        .list()
        .filter(({ outcome, durationMs }) => outcome !== 'acknowledged' || durationMs > 3000);
      const lines = [
        ...bad.map(({ name, outcome, durationMs }) => `${name}: ${outcome} after ${Math.round(durationMs)} ms`),
        ...deliveries.complaints().map(({ about, messages }) => `${about}\n${messages.join('\n')}`),
      ];
      if (lines.length > 0) throw new Error(`Slack would not have been content:\n${indented(lines)}`);
    },
  };
}

function createActor(workspace: Workspace, name: string): Actor {
  const { acts } = workspace;
  const id = acts.identify(name);
  // Who has not acted yet may look at all that was there before.
  const events: WorkspaceEvent[] = acts
    .boot(id)
    .conversations.flatMap((conversation) => acts.messages(id, conversation.id))
    .map((message) => ({ type: 'message', message }));
  const wakers = new Set<() => void>();
  let mark = 0;
  /** What was put in each modal so far. */
  const typed = new Map<string, StateValues>();
  acts.subscribe(id, (event) => {
    events.push(event);
    for (const wake of [...wakers]) wake();
  });

  const since = () => events.slice(mark);
  const notices = () => since().flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  const recent = () => since().flatMap((event) => ('message' in event ? [event.message] : []));
  const act = async <T>(work: () => T | Promise<T>): Promise<T> => {
    mark = events.length;
    return work();
  };

  const whatIsThere = (): string => {
    const records = workspace.deliveries.list().slice(-5);
    return [
      `${name} saw since the last act:`,
      indented(recent().map((message) => `${message.ephemeral ? '(only you) ' : ''}${textOf(message)}`)),
      'Modals:',
      indented(acts.stack(id).map(textOf)),
      'Notices:',
      indented(notices()),
      'Last deliveries:',
      indented(
        records.map(
          ({ kind, name: what, outcome, durationMs }) => `${kind} ${what}: ${outcome}, ${Math.round(durationMs)} ms`,
        ),
      ),
      'What Slack would have refused:',
      indented(workspace.deliveries.complaints().map(({ about, messages }) => [about, ...messages].join('\n'))),
    ].join('\n');
  };

  const until = async <T>(
    what: string,
    look: () => T | undefined,
    { timeoutMs = patienceMs }: Waiting = {},
  ): Promise<T> => {
    const first = look();
    if (first !== undefined) return first;
    return new Promise<T>((resolve, reject) => {
      const end = () => {
        wakers.delete(wake);
        clearTimeout(timer);
      };
      const wake = () => {
        try {
          const found = look();
          if (found === undefined) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${name} waited ${timeoutMs} ms for ${what}.\n${whatIsThere()}`));
      }, timeoutMs);
      wakers.add(wake);
    });
  };

  const again = (message: MessageView) =>
    acts.messages(id, message.conversationId).find(({ ts }) => ts === message.ts) ?? null;

  const lastMessage = (conversation: string, waiting?: Waiting) => {
    const conversationId = acts.conversationId(id, conversation);
    const look = () => {
      const fresh = recent().filter((message) => message.conversationId === conversationId && message.author !== id);
      const newest = fresh.map(again).filter((message) => message !== null);
      return newest.sort((one, other) => Number(other.ts) - Number(one.ts))[0];
    };
    return until(`a message in ${conversation}`, look, waiting);
  };

  const topModal = (): ModalView => {
    const top = acts.stack(id).at(-1);
    if (!top) throw new Error(`${name} has no modal open.\n${whatIsThere()}`);
    return top;
  };

  const stateOf = (shown: Shown): StateValues => {
    if (!('view' in shown)) return {};
    const { id: viewId, view } = shown as ModalView;
    const now = acts.stack(id).find((modal) => modal.id === viewId)?.view ?? view;
    return keptState(typed.get(viewId) ?? {}, now.blocks);
  };

  const put = (shown: Shown, placed: PlacedElement, own: ElementState) => {
    if ('view' in shown) typed.set((shown as ModalView).id, withElement(stateOf(shown), placed, own));
  };

  const use = (shown: Shown, placed: PlacedElement, chosen: Readonly<Record<string, unknown>>) => {
    const { blockId: block_id, actionId: action_id, element } = placed;
    const action = { ...chosen, type: String(element.type), block_id, action_id };
    return act(() => acts.use(id, { container: containerOf(shown), action, state: stateOf(shown) }));
  };

  const suggestions = async (shown: Shown, placed: PlacedElement, value: string): Promise<OptionView[]> => {
    const { blockId, actionId } = placed;
    const offered = await acts.suggest(id, { container: containerOf(shown), blockId, actionId, value });
    return [...offered.options, ...offered.optionGroups.flatMap((group) => group.options)];
  };

  const fileState = async (placed: PlacedElement, file: FileToFill): Promise<ElementState> => {
    const uploaded = acts.upload(id, { name: file.name, bytes: Buffer.from(file.bytes) });
    return { type: String(placed.element.type), files: [{ id: uploaded.id }] };
  };

  const stateFor = async (
    shown: Shown,
    placed: PlacedElement,
    filling: Filling | FileToFill,
  ): Promise<ElementState> => {
    if (filling !== null && typeof filling === 'object' && 'bytes' in filling) return fileState(placed, filling);
    const type = String(placed.element.type);
    if (!type.endsWith('external_select') || filling === null) return filledState(placed, named(placed, filling));
    const options: OptionView[] = [];
    for (const wanted of [filling].flat()) {
      options.push(namedOption(await suggestions(shown, placed, String(wanted)), String(wanted)));
    }
    return type === 'external_select'
      ? { type, selected_option: options[0] ?? null }
      : { type, selected_options: options };
  };

  /** People and channels are chosen by name. */
  const named = ({ element }: PlacedElement, filling: Filling): Filling => {
    const type = String(element.type);
    const translate = (word: string) => {
      if (type.includes('users_select')) return acts.identify(word);
      return /channels_select|conversations_select/.test(type) ? acts.conversationId(id, word) : word;
    };
    if (filling === null) return null;
    return typeof filling === 'string' ? translate(filling) : filling.map(translate);
  };

  const command = (conversation: string, text: string) =>
    act(() => acts.post(id, { conversationId: acts.conversationId(id, conversation), text }));

  return {
    id,
    command,
    async ask(conversation, text) {
      await command(conversation, text);
      return lastMessage(conversation);
    },
    post: (conversation, text, threadTs) =>
      act(() => {
        const conversationId = acts.conversationId(id, conversation);
        return acts.post(id, { conversationId, text, ...(threadTs === undefined ? {} : { threadTs }) });
      }),
    upload: (conversation, fileName, bytes) =>
      act(() => {
        const conversationId = acts.conversationId(id, conversation);
        return acts.upload(id, { name: fileName, bytes: Buffer.from(bytes), conversationId });
      }),
    download: (file) => acts.download(id, file.id).bytes,
    messages: (conversation) => acts.messages(id, acts.conversationId(id, conversation)),
    lastMessage,
    waitForMessage(wanted, waiting) {
      const look = () =>
        recent()
          .map(again)
          .find((message) => message !== null && isWanted(message, wanted)) ?? undefined;
      return until(`a message ${String(wanted)}`, look, waiting);
    },
    again,
    async click(on, button) {
      const placed = namedElement(blocksOf(on), button);
      return use(on, placed, { value: placed.element.value });
    },
    async choose(on, menu, option) {
      const placed = namedElement(blocksOf(on), menu);
      if (placed.element.type === 'overflow') {
        return use(on, placed, { selected_option: namedOption(optionsOf(placed.element), String(option)) });
      }
      const own = await stateFor(on, placed, option);
      put(on, placed, own);
      return use(on, placed, own);
    },
    suggestions: async (on, menu, value) => suggestions(on, namedElement(blocksOf(on), menu), value),
    modal: (wanted, waiting) =>
      until(
        wanted === undefined ? 'a modal' : `a modal ${String(wanted)}`,
        () => {
          const top = acts.stack(id).at(-1);
          return top && (wanted === undefined || isWanted(top, wanted)) ? top : undefined;
        },
        waiting,
      ),
    stack: () => acts.stack(id),
    async fill(values) {
      for (const [label, filling] of Object.entries(values)) {
        const modal = topModal();
        const placed = namedElement(modal.view.blocks, label);
        const own = await stateFor(modal, placed, filling);
        put(modal, placed, own);
        if (placed.block.type !== 'input' || placed.block.dispatch_action === true) await use(modal, placed, own);
      }
    },
    async submit() {
      const modal = topModal();
      const errors = await act(() => acts.submit(id, modal.id, stateOf(modal)));
      return { errors, modal: acts.stack(id).at(-1) ?? null };
    },
    closeModal: async ({ all = false } = {}) => act(() => acts.close(id, topModal().id, all)),
    async home(wanted, waiting) {
      await act(() => acts.openHome(id));
      const look = () => {
        const published = since()
          .flatMap((event) => (event.type === 'home' ? [event.view] : []))
          .at(-1);
        return published && (wanted === undefined || isWanted(published, wanted)) ? published : undefined;
      };
      return until('the App Home', look, waiting);
    },
    notices,
    waitForNotice: (wanted, waiting) =>
      until(`a notice ${String(wanted)}`, () => notices().find((notice) => matches(notice, wanted)), waiting),
  };
}
