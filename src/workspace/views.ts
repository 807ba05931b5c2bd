import { randomBytes } from 'node:crypto';
import { freshId } from './ids';
import type { ModalView, SlackView } from './protocol';

/** A modal on somebody's stack, or somebody's Home. */
export interface OpenView {
  readonly id: string;
  readonly personId: string;
  readonly rootId: string;
  readonly previousId: string | null;
  view: SlackView;
  hash: string;
  errors: Readonly<Record<string, string>>;
}

/** Slack's limit on modals on top of each other. */
export const mostModals = 3;

export interface Views {
  /** Bottom first. */
  stack(personId: string): readonly OpenView[];
  byId(id: string): OpenView | undefined;
  byExternalId(externalId: string): OpenView | undefined;
  /** Puts a modal on top; the caller has seen that there is room. */
  push(personId: string, view: SlackView): OpenView;
  replace(open: OpenView, view: SlackView): void;
  /** Takes away a modal and all above it. */
  close(open: OpenView): void;
  clear(personId: string): void;
  home(personId: string): OpenView | undefined;
  publish(personId: string, view: SlackView): OpenView;
}

function newHash(): string {
  return `${Math.floor(Date.now() / 1000)}.${randomBytes(4).toString('hex')}`;
}

export function createViews(): Views {
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, OpenView>();
  const every = () => [...stacks.values()].flat().concat([...homes.values()]);
  const replace = (open: OpenView, view: SlackView) => {
    open.view = view;
    open.hash = newHash();
    open.errors = {};
  };
  return {
    stack: (personId) => stacks.get(personId) ?? [],
    byId: (id) => every().find((open) => open.id === id),
    byExternalId: (externalId) => every().find((open) => open.view.external_id === externalId),
    push(personId, view) {
      const stack = stacks.get(personId) ?? [];
      const id = freshId('V');
      const open: OpenView = {
        id,
        personId,
        rootId: stack[0]?.id ?? id,
        previousId: stack.at(-1)?.id ?? null,
        view,
        hash: newHash(),
        errors: {},
      };
      stacks.set(personId, [...stack, open]);
      return open;
    },
    replace,
    close(open) {
      const stack = stacks.get(open.personId) ?? [];
      const index = stack.indexOf(open);
      if (index >= 0) stacks.set(open.personId, stack.slice(0, index));
    },
    clear(personId) {
      stacks.delete(personId);
    },
    home: (personId) => homes.get(personId),
    publish(personId, view) {
      const existing = homes.get(personId);
      if (existing) {
        replace(existing, view);
        return existing;
      }
      const id = freshId('V');
      const open: OpenView = { id, personId, rootId: id, previousId: null, view, hash: newHash(), errors: {} };
      homes.set(personId, open);
      return open;
    },
  };
}

/** The modal as the page shows it. */
export function modalView({ id, view, errors }: OpenView): ModalView {
  return { id, view, errors };
}
