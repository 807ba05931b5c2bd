import { isJsonObject, type JsonObject } from '../json';
import type { ElementState, SlackBlock, StateValues } from '../protocol';
import { optionsOf, type PlacedElement, placedElements } from './block-elements';

interface StateField {
  /** Key in Slack's state. */
  readonly key: string;
  /** Field of the element with what it starts with. */
  readonly initial: string;
  readonly empty: null | readonly never[];
}

/** How Slack keeps what a person chose or typed, by the element's type; what is not here has no state. */
const stateFields: Readonly<Record<string, StateField>> = {
  plain_text_input: { key: 'value', initial: 'initial_value', empty: null },
  email_text_input: { key: 'value', initial: 'initial_value', empty: null },
  url_text_input: { key: 'value', initial: 'initial_value', empty: null },
  number_input: { key: 'value', initial: 'initial_value', empty: null },
  rich_text_input: { key: 'rich_text_value', initial: 'initial_value', empty: null },
  static_select: { key: 'selected_option', initial: 'initial_option', empty: null },
  external_select: { key: 'selected_option', initial: 'initial_option', empty: null },
  radio_buttons: { key: 'selected_option', initial: 'initial_option', empty: null },
  checkboxes: { key: 'selected_options', initial: 'initial_options', empty: [] },
  multi_static_select: { key: 'selected_options', initial: 'initial_options', empty: [] },
  multi_external_select: { key: 'selected_options', initial: 'initial_options', empty: [] },
  users_select: { key: 'selected_user', initial: 'initial_user', empty: null },
  multi_users_select: { key: 'selected_users', initial: 'initial_users', empty: [] },
  conversations_select: { key: 'selected_conversation', initial: 'initial_conversation', empty: null },
  multi_conversations_select: { key: 'selected_conversations', initial: 'initial_conversations', empty: [] },
  channels_select: { key: 'selected_channel', initial: 'initial_channel', empty: null },
  multi_channels_select: { key: 'selected_channels', initial: 'initial_channels', empty: [] },
  datepicker: { key: 'selected_date', initial: 'initial_date', empty: null },
  timepicker: { key: 'selected_time', initial: 'initial_time', empty: null },
  datetimepicker: { key: 'selected_date_time', initial: 'initial_date_time', empty: null },
  file_input: { key: 'files', initial: '', empty: [] },
};

/** The key under which an element of this type keeps its value in Slack's state, or null where it keeps none. */
export function stateKey(elementType: unknown): string | null {
  return stateFields[String(elementType)]?.key ?? null;
}

/** What an element holds before anybody touched it; null where it holds nothing. */
export function initialState(element: JsonObject): ElementState | null {
  const field = stateFields[String(element.type)];
  return field ? { type: String(element.type), [field.key]: element[field.initial] ?? field.empty } : null;
}

/** The state of all elements of these blocks: what was given, in Slack's form, or else what they start with. */
export function completeState(blocks: readonly SlackBlock[], given: StateValues): StateValues {
  const values: Record<string, Record<string, ElementState>> = {};
  for (const { element, blockId, actionId } of placedElements(blocks)) {
    const field = stateFields[String(element.type)];
    const initial = initialState(element);
    if (!field || !initial) continue;
    const own = given[blockId]?.[actionId];
    const block = values[blockId] ?? {};
    values[blockId] = block;
    block[actionId] = own ? { type: initial.type, [field.key]: own[field.key] || field.empty } : initial;
  }
  return values;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

const emailAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

function complaintAbout(element: JsonObject, value: unknown): string | null {
  if (typeof value === 'string') {
    const { min_length: shortest, max_length: longest, min_value: least, max_value: most } = element;
    if (typeof shortest === 'number' && value.length < shortest)
      return `This field must have at least ${shortest} characters.`;
    const limit = typeof longest === 'number' ? longest : 3000;
    if (value.length > limit) return `This field can have at most ${limit} characters.`;
    if (element.type === 'email_text_input' && !emailAddress.test(value)) return 'Please enter a valid email address.';
    if (element.type === 'url_text_input' && !URL.canParse(value)) return 'Please enter a valid URL.';
    if (element.type === 'number_input') {
      const pattern = element.is_decimal_allowed === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
      if (!pattern.test(value)) return 'Please enter a valid number.';
      if (least !== undefined && Number(value) < Number(least)) return `Please enter a number of at least ${least}.`;
      if (most !== undefined && Number(value) > Number(most)) return `Please enter a number of at most ${most}.`;
    }
  }
  const { max_selected_items: mostItems, max_files: mostFiles } = element;
  const limit = element.type === 'file_input' ? (mostFiles ?? 10) : mostItems;
  if (Array.isArray(value) && typeof limit === 'number' && value.length > limit) {
    return `Please choose at most ${limit}.`;
  }
  return null;
}

/** What Slack's own form refuses before the app hears of a submission, by block_id. */
export function formErrors(blocks: readonly SlackBlock[], state: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { block, element, blockId, actionId } of placedElements(blocks)) {
    if (block.type !== 'input') continue;
    const value = state[blockId]?.[actionId]?.[stateKey(element.type) ?? ''];
    if (isEmpty(value)) {
      if (block.optional !== true) errors[blockId] = 'Please complete this required field.';
      continue;
    }
    const complaint = complaintAbout(element, value);
    if (complaint !== null) errors[blockId] = complaint;
  }
  return errors;
}

/** The element's own option with this value: what comes back is always what the app had sent. */
export function ownOption({ element }: Pick<PlacedElement, 'element'>, given: unknown): JsonObject | undefined {
  const value = isJsonObject(given) ? given.value : given;
  return optionsOf(element).find((option) => option.value === value);
}
