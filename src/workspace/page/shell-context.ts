import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ConversationView, PersonView } from '../protocol';
import type { WorkspaceApi } from './api';

/** What any part of the page may need of the whole. */
export interface Shell {
  readonly api: WorkspaceApi;
  readonly me: PersonView;
  readonly appName: string;
  readonly people: readonly PersonView[];
  readonly channels: readonly ConversationView[];
  personOf(id: string): PersonView | null;
  notify(text: string, conversationId?: string | null): void;
}

export const ShellContext = createContext<Shell | null>(null);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (!shell) throw new Error('This part of the page stands outside of a workspace.');
  return shell;
}
