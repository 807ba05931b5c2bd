import type { ElementState, StateValues } from '../../protocol';
import { type Element, type KnownBlock, type PlacedElement, placedElements } from './block-kit';

/** What an untouched element holds, as Slack's `state.values` says it; null for elements without a state. */
export function initialState(element: Element): ElementState | null {
  const type = element.type;
  switch (element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return { type, value: element.initial_value ?? null };
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type, selected_option: element.initial_option ?? null };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: element.initial_options ?? [] };
    case 'users_select':
      return { type, selected_user: element.initial_user ?? null };
    case 'multi_users_select':
      return { type, selected_users: element.initial_users ?? [] };
    case 'conversations_select':
      return { type, selected_conversation: element.initial_conversation ?? null };
    case 'multi_conversations_select':
      return { type, selected_conversations: element.initial_conversations ?? [] };
    case 'channels_select':
      return { type, selected_channel: element.initial_channel ?? null };
    case 'multi_channels_select':
      return { type, selected_channels: element.initial_channels ?? [] };
    case 'datepicker':
      return { type, selected_date: element.initial_date ?? null };
    case 'timepicker':
      return { type, selected_time: element.initial_time ?? null };
    case 'datetimepicker':
      return { type, selected_date_time: element.initial_date_time ?? null };
    case 'file_input':
      return { type, files: [] };
    default:
      return null;
  }
}

/**
 * The state after the blocks were replaced: what was typed stays where block_id, action_id and type are the same, as in
 * Slack; all else begins anew.
 */
export function reconcileValues(previous: StateValues, blocks: readonly KnownBlock[]): StateValues {
  const next: Record<string, Record<string, ElementState>> = {};
  for (const { blockId, actionId, element } of placedElements(blocks)) {
    const initial = initialState(element);
    if (!initial) continue;
    const kept = previous[blockId]?.[actionId];
    const state = kept && kept.type === element.type && stillOffered(kept, element) ? kept : initial;
    next[blockId] = { ...next[blockId], [actionId]: state };
  }
  return next;
}

/** An option that the new view no longer offers cannot stay chosen. */
function stillOffered(state: ElementState, element: Element): boolean {
  const offered = offeredValues(element);
  if (offered === null) return true;
  return chosenValues(state).every((value) => offered.has(value));
}

function offeredValues(element: Element): ReadonlySet<string> | null {
  switch (element.type) {
    case 'radio_buttons':
    case 'checkboxes':
      return new Set(element.options.map((option) => option.value ?? ''));
    case 'static_select':
    case 'multi_static_select': {
      const grouped = element.option_groups?.flatMap((group) => group.options) ?? [];
      return new Set([...(element.options ?? []), ...grouped].map((option) => option.value ?? ''));
    }
    default:
      return null;
  }
}

function chosenValues(state: ElementState): string[] {
  const options = [state.selected_option, state.selected_options].flat() as ({ value?: string } | null | undefined)[];
  return options.flatMap((option) => (option ? [option.value ?? ''] : []));
}

/** True when nothing is typed or chosen. */
export function isEmptyState(state: ElementState | undefined): boolean {
  if (!state) return true;
  return Object.entries(state)
    .filter(([key]) => key !== 'type')
    .every(([, value]) => value === null || value === '' || (Array.isArray(value) && value.length === 0));
}

/** True when the person changed something; `baseline` holds each element's value from when it first appeared. */
export function hasChanges(values: StateValues, baseline: StateValues): boolean {
  return JSON.stringify(values) !== JSON.stringify(baseline);
}

/** What Slack's own client says about inputs before it sends a submission, by block_id. */
export function inputErrors(values: StateValues, blocks: readonly KnownBlock[]): Record<string, string> {
  const inputs = new Set(blocks.flatMap((block) => (block.type === 'input' ? [block.element] : [])) as Element[]);
  const errors: Record<string, string> = {};
  for (const placed of placedElements(blocks)) {
    if (!inputs.has(placed.element)) continue;
    const error = inputError(placed, values[placed.blockId]?.[placed.actionId]);
    if (error !== null) errors[placed.blockId] = error;
  }
  return errors;
}

function inputError({ element, required }: PlacedElement, state: ElementState | undefined): string | null {
  if (isEmptyState(state) || (typeof state?.value === 'string' && state.value.trim() === '')) {
    return required ? 'Please complete this required field.' : null;
  }
  const value = typeof state?.value === 'string' ? state.value : '';
  switch (element.type) {
    case 'plain_text_input':
      return lengthError(value, element.min_length ?? 0, element.max_length ?? 3000);
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.trim()) ? null : 'Please enter a valid email address.';
    case 'url_text_input':
      return /^[a-z][\w+.-]*:\/\/\S+$/i.test(value.trim()) ? null : 'Please enter a valid URL.';
    case 'number_input':
      return numberError(value.trim(), element.is_decimal_allowed, element.min_value, element.max_value);
    default:
      return null;
  }
}

function lengthError(value: string, min: number, max: number): string | null {
  if (value.length < min) return `Please enter at least ${min} character${min === 1 ? '' : 's'}.`;
  return value.length > max ? `Please enter no more than ${max} characters.` : null;
}

function numberError(value: string, decimals: boolean, min?: string, max?: string): string | null {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return 'Please enter a number.';
  if (!decimals && value.includes('.')) return 'Please enter a whole number.';
  if (min !== undefined && Number(value) < Number(min)) return `Please enter a number of at least ${min}.`;
  return max !== undefined && Number(value) > Number(max) ? `Please enter a number of at most ${max}.` : null;
}
