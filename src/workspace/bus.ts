import type { WorkspaceEvent } from './protocol';

export type WorkspaceListener = (event: WorkspaceEvent) => void;

/** Tells people's open pages, and tests, what happened. */
export interface Bus {
  /** Returns the function that ends the subscription. */
  subscribe(personId: string, listener: WorkspaceListener): () => void;
  tell(personId: string, event: WorkspaceEvent): void;
  tellEveryone(event: WorkspaceEvent): void;
}

export function createBus(): Bus {
  const listeners = new Map<string, Set<WorkspaceListener>>();
  const tell = (personId: string, event: WorkspaceEvent) => {
    for (const listener of [...(listeners.get(personId) ?? [])]) listener(event);
  };
  return {
    subscribe(personId, listener) {
      const own = listeners.get(personId) ?? new Set();
      listeners.set(personId, own.add(listener));
      return () => own.delete(listener);
    },
    tell,
    tellEveryone(event) {
      for (const personId of listeners.keys()) tell(personId, event);
    },
  };
}
