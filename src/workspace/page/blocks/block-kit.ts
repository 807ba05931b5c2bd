import type { ActionsBlockElement, Confirm, InputBlockElement, KnownBlock, SectionBlockAccessory } from '@slack/types';
import type { SlackBlock } from '../../protocol';

/** Any element that a person can click or fill. */
export type Element = ActionsBlockElement | InputBlockElement | SectionBlockAccessory;

/** A confirmation question before a click counts. */
export type Question = Confirm;
export type { KnownBlock };

/** Server-checked blocks, with Slack's own types. */
export function knownBlocks(blocks: readonly SlackBlock[]): readonly KnownBlock[] {
  return blocks as unknown as readonly KnownBlock[];
}

/** Slack gives a block without an id one of its own; so does the server, and this is the page's guess for neither. */
export function blockIdOf(block: KnownBlock, index: number): string {
  return block.block_id ?? `block-${index}`;
}

export function actionIdOf(element: { action_id?: string; type: string }): string {
  return element.action_id ?? element.type;
}

/** Where an element stands and what that means for it. */
export interface PlacedElement {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Element;
  readonly required: boolean;
  /** A change of it sends a block_actions payload. */
  readonly dispatches: boolean;
}

/** All elements of a container, in reading order. */
export function placedElements(blocks: readonly KnownBlock[]): PlacedElement[] {
  return blocks.flatMap((block, index): PlacedElement[] => {
    const blockId = blockIdOf(block, index);
    const place = (element: Element, required: boolean, dispatches: boolean): PlacedElement => {
      return { blockId, actionId: actionIdOf(element), element, required, dispatches };
    };
    if (block.type === 'input') return [place(block.element, block.optional !== true, block.dispatch_action === true)];
    if (block.type === 'actions') return block.elements.map((element) => place(element, false, true));
    if (block.type === 'section' && block.accessory) return [place(block.accessory, false, true)];
    return [];
  });
}
