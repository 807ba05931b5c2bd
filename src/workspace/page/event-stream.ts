import type { WorkspaceEvent } from '../protocol';

export interface EventStreamListener {
  onEvent(event: WorkspaceEvent): void;
  /** `first` is false after a break, when what was missed must be fetched. */
  onOpen(first: boolean): void;
  onLost(): void;
}

const firstWait = 500;
const longestWait = 8_000;

/** Listens until the returned function is called; comes back after breaks, waiting longer each time. */
export function listen(url: string, listener: EventStreamListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = firstWait;
  let first = true;
  let stopped = false;

  const open = () => {
    source = new EventSource(url);
    source.onopen = () => {
      wait = firstWait;
      listener.onOpen(first);
      first = false;
    };
    source.onmessage = (message: MessageEvent<string>) => {
      const event = parseEvent(message.data);
      if (event) listener.onEvent(event);
    };
    source.onerror = () => {
      source?.close();
      if (stopped) return;
      listener.onLost();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, longestWait);
    };
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}

function parseEvent(data: string): WorkspaceEvent | null {
  try {
    return JSON.parse(data) as WorkspaceEvent;
  } catch {
    return null;
  }
}
