import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type {
  ConversationView,
  ElementState,
  FileView,
  PersonView,
  StateValues,
  SuggestionsView,
} from '../../protocol';
import type { Question } from './block-kit';

/** An action payload as Slack's, without block_id, action_id and action_ts. */
export type ActionDetail = Readonly<Record<string, unknown>> & { readonly type: string };

/** What elements ask of the container (message, modal, Home) they stand in. */
export interface BlockForm {
  /** Unique on the page; a prefix of DOM ids. */
  readonly domId: string;
  readonly values: StateValues;
  /** What the server or the page says about a block, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
  readonly people: readonly PersonView[];
  readonly channels: readonly ConversationView[];
  setState(blockId: string, actionId: string, state: ElementState): void;
  /**
   * Delivers a click, or a choice that sends one. A click while an earlier one of the same element is on its way is
   * ignored; a choice waits. Resolves to false when the person answered the question with no.
   */
  act(blockId: string, actionId: string, detail: ActionDetail, question?: Question): Promise<boolean>;
  isPending(blockId: string, actionId: string): boolean;
  suggest(blockId: string, actionId: string, query: string): Promise<SuggestionsView>;
  upload(file: File): Promise<FileView>;
}

export const BlockFormContext = createContext<BlockForm | null>(null);

export function useBlockForm(): BlockForm {
  const form = useContext(BlockFormContext);
  if (!form) throw new Error('An element stands outside of a block form.');
  return form;
}
