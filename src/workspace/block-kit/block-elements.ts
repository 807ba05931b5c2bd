import { isJsonObject, type JsonObject } from '../json';
import type { SlackBlock } from '../protocol';

/** An interactive element and the block in which it stands. */
export interface PlacedElement {
  readonly block: SlackBlock;
  readonly element: JsonObject;
  readonly blockId: string;
  readonly actionId: string;
}

function childrenOf(block: SlackBlock): unknown[] {
  if (block.type === 'section') return [block.accessory];
  if (block.type === 'actions') return Array.isArray(block.elements) ? block.elements : [];
  return block.type === 'input' ? [block.element] : [];
}

/** Every element of these blocks that a person can use, in the order of reading. */
export function placedElements(blocks: readonly SlackBlock[]): PlacedElement[] {
  return blocks.flatMap((block) =>
    childrenOf(block).flatMap((element) => {
      if (!isJsonObject(element) || typeof element.action_id !== 'string' || block.block_id === undefined) return [];
      return [{ block, element, blockId: block.block_id, actionId: element.action_id }];
    }),
  );
}

/** The element with these ids, if the blocks have one. */
export function elementAt(blocks: readonly SlackBlock[], blockId: string, actionId: string): PlacedElement | undefined {
  return placedElements(blocks).find((placed) => placed.blockId === blockId && placed.actionId === actionId);
}

/** The options of a select, checkbox group, radio group or overflow menu, those in groups too. */
export function optionsOf(element: JsonObject): JsonObject[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [element];
  return groups.flatMap((group) => (isJsonObject(group) && Array.isArray(group.options) ? group.options : []));
}
