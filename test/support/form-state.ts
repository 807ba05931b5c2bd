import { optionsOf, type PlacedElement, placedElements } from '../../src/workspace/block-kit/block-elements';
import { stateKey } from '../../src/workspace/block-kit/element-state';
import type { ElementState, OptionView, SlackBlock, StateValues } from '../../src/workspace/protocol';
import { blockText, elementLabel } from './slack-text';

/** How a test names an element: by its label, its text, its action_id or its block_id; or closer, where rows look alike. */
export type ElementName =
  | string
  | {
      readonly name?: string;
      readonly value?: string;
      /** Words of the block in which it stands. */
      readonly within?: string | RegExp;
    };

function labelOf({ block }: PlacedElement): string {
  const label = block.label as { text?: unknown } | undefined;
  return typeof label?.text === 'string' ? label.text : '';
}

function isCalled(placed: PlacedElement, name: string): boolean {
  return [placed.actionId, placed.blockId, labelOf(placed), elementLabel(placed.element)].includes(name);
}

function describe(placed: PlacedElement): string {
  return `${placed.element.type} ${placed.blockId}/${placed.actionId} “${labelOf(placed) || elementLabel(placed.element)}”`;
}

/** The only element of these blocks that is called so; throws a list of what is there where there is none or more. */
export function namedElement(blocks: readonly SlackBlock[], named: ElementName): PlacedElement {
  const { name, value, within } = typeof named === 'string' ? { name: named } : { name: undefined, ...named };
  const all = placedElements(blocks);
  const found = all.filter(
    (placed) =>
      (name === undefined || isCalled(placed, name)) &&
      (value === undefined || placed.element.value === value) &&
      (within === undefined || matches(blockText(placed.block), within)),
  );
  const [only] = found;
  if (only && found.length === 1) return only;
  const problem = found.length === 0 ? 'There is no element' : `There are ${found.length} elements`;
  const there = (found.length === 0 ? all : found).map((placed) => `  ${describe(placed)}`).join('\n');
  throw new Error(`${problem} called ${JSON.stringify(named)}. There:\n${there || '  (nothing to use)'}`);
}

export function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

function sameOption(option: { readonly text?: unknown; readonly value?: unknown }, wanted: string): boolean {
  return option.value === wanted || (option.text as { text?: unknown } | undefined)?.text === wanted;
}

/** The option with this text or value; throws a list of the options where there is none. */
export function namedOption<T extends { readonly text?: unknown; readonly value?: unknown }>(
  options: readonly T[],
  wanted: string,
): T {
  const partly = options.filter((option) =>
    String((option.text as OptionView['text'] | undefined)?.text).includes(wanted),
  );
  const found = options.find((option) => sameOption(option, wanted)) ?? (partly.length === 1 ? partly[0] : undefined);
  if (found) return found;
  const there = options
    .map((option) => `  ${String((option.text as OptionView['text'] | undefined)?.text)}`)
    .join('\n');
  throw new Error(`There is no option ${JSON.stringify(wanted)}. There:\n${there || '  (none)'}`);
}

/** What a test puts in an element. */
export type Filling = string | readonly string[] | null;

/** The state of an element once a person put this in; options are looked up among its own. */
export function filledState({ element }: PlacedElement, filling: Filling): ElementState {
  const type = String(element.type);
  const key = stateKey(type);
  if (key === null) throw new Error(`Nothing can be put in a ${type}`);
  const several = filling === null ? [] : [filling].flat();
  const hasOptions = optionsOf(element).length > 0;
  const own = (wanted: string) => (hasOptions ? namedOption(optionsOf(element), wanted) : wanted);
  const isList = key.endsWith('s');
  if (isList) return { type, [key]: several.map(own) };
  return { type, [key]: filling === null ? null : own(String(filling)) };
}

/** The state with one element's put in. */
export function withElement(state: StateValues, { blockId, actionId }: PlacedElement, own: ElementState): StateValues {
  return { ...state, [blockId]: { ...state[blockId], [actionId]: own } };
}

/** What of a state still has its element after the view changed: Slack keeps what was typed where the ids are the same. */
export function keptState(state: StateValues, blocks: readonly SlackBlock[]): StateValues {
  return placedElements(blocks).reduce<StateValues>((kept, placed) => {
    const own = state[placed.blockId]?.[placed.actionId];
    return own && own.type === placed.element.type ? withElement(kept, placed, own) : kept;
  }, {});
}
