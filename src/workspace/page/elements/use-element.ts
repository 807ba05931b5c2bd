import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ElementState } from '../../protocol';
import { actionIdOf, type Element, type Question } from '../blocks/block-kit';
import { type ActionDetail, useBlockForm } from '../blocks/form-context';
import type { FieldNaming } from './pick-list';

/** What a block tells the element in it. */
export interface ElementPlace {
  readonly blockId: string;
  /** A change sends a block_actions payload. */
  readonly dispatches: boolean;
  readonly required: boolean;
  /** Set for an input block's element, whose label points to its id. */
  readonly inputLabelId: string | null;
  readonly describedBy: string | null;
  readonly isInvalid: boolean;
  /** Name for an element that has no label of its own. */
  readonly fallbackLabel: string | null;
}

export const ElementPlaceContext = createContext<ElementPlace | null>(null);

export interface ElementHandle<State extends ElementState> {
  readonly state: State;
  readonly place: ElementPlace;
  readonly naming: FieldNaming;
  readonly isPending: boolean;
  /** Keeps the value, and sends it where the block asks for that. */
  change(state: State, question?: Question): void;
  /** Keeps the value only. */
  keep(state: State): void;
  /** Sends what is given. */
  send(detail: ActionDetail, question?: Question): void;
}

/** State, name and voice of one element. */
export function useElement<State extends ElementState>(element: Element, empty: State): ElementHandle<State> {
  const form = useBlockForm();
  const place = useContext(ElementPlaceContext);
  if (!place) throw new Error('An element stands outside of a block.');
  const actionId = actionIdOf(element);
  const { blockId } = place;
  const label = ('placeholder' in element ? element.placeholder?.text : undefined) ?? place.fallbackLabel;
  const keep = (state: State) => form.setState(blockId, actionId, state);
  const send = (detail: ActionDetail, question?: Question) => {
    void form.act(blockId, actionId, detail, question);
  };
  return {
    state: (form.values[blockId]?.[actionId] as State | undefined) ?? empty,
    place,
    naming: {
      id: elementDomId(form.domId, blockId, actionId),
      'aria-label': place.inputLabelId === null ? (label ?? undefined) : undefined,
      'aria-describedby': place.describedBy ?? undefined,
      'aria-invalid': place.isInvalid || undefined,
      'aria-required': place.required || undefined,
    },
    isPending: form.isPending(blockId, actionId),
    keep,
    send,
    change: (state, question) => {
      const before = form.values[blockId]?.[actionId];
      keep(state);
      if (!place.dispatches) return;
      void form.act(blockId, actionId, state, question).then((isMeant) => {
        if (!isMeant && before) form.setState(blockId, actionId, before);
      });
    },
  };
}

export function elementDomId(formDomId: string, blockId: string, actionId: string): string {
  return `${formDomId}-${blockId}-${actionId}`.replace(/[^\w-]/g, '_');
}
