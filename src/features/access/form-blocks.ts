import type { KnownBlock, PlainTextOption } from '@slack/types';
import { shorten } from '../../lib/plain-text';
import { option, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';

/** Inputs that the forms of profiles, groups and projects have in common. Block and action have the same id. */

/** Slack's most options of one group of checkboxes. */
const mostCheckboxes = 10;

export function nameInput(label: string, hint: string, name: string): KnownBlock {
  return {
    type: 'input',
    block_id: 'name',
    label: plain(label),
    hint: plain(hint),
    element: {
      type: 'plain_text_input',
      action_id: 'name',
      // What is too long is said with its length instead of being cut.
      ...(name === '' ? { focus_on_load: true } : { initial_value: shorten(name, 1500) }),
    },
  };
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** Checkboxes, in as many groups as Slack's limit needs: `see-0`, `see-1`. */
export function checkboxes(
  id: string,
  label: string,
  choices: readonly Choice[],
  chosen: readonly string[],
): KnownBlock[] {
  const groups = Array.from({ length: Math.ceil(choices.length / mostCheckboxes) }, (_, index) =>
    choices.slice(index * mostCheckboxes, (index + 1) * mostCheckboxes),
  );
  return groups.map((group, index) => {
    const options = group.map(({ value, text }) => option(text, value));
    const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
    return {
      type: 'input',
      block_id: `${id}-${index}`,
      optional: true,
      label: plain(index === 0 ? label : `${label} (more)`),
      element: {
        type: 'checkboxes',
        action_id: `${id}-${index}`,
        options,
        ...(initial.length > 0 ? { initial_options: initial } : {}),
      },
    };
  });
}

/** A picker with search; `several` for more than one. */
export function picker(
  id: string,
  label: string,
  placeholder: string,
  choice: { readonly several: boolean; readonly optional: boolean; readonly hint?: string },
  initial: readonly PlainTextOption[] = [],
): KnownBlock {
  const common = { action_id: id, min_query_length: 0, placeholder: plain(placeholder) };
  const [first] = initial;
  return {
    type: 'input',
    block_id: id,
    optional: choice.optional,
    label: plain(label),
    ...(choice.hint === undefined ? {} : { hint: plain(choice.hint) }),
    element: choice.several
      ? {
          type: 'multi_external_select',
          ...common,
          ...(initial.length > 0 ? { initial_options: [...initial] } : {}),
        }
      : { type: 'external_select', ...common, ...(first ? { initial_option: first } : {}) },
  };
}

export const nameOf = (values: ViewValues): string => values.name?.name?.value ?? '';

/** Everything ticked in the groups of checkboxes with this id. */
export function ticked(values: ViewValues, id: string): string[] {
  return Object.entries(values)
    .filter(([blockId]) => blockId.startsWith(`${id}-`))
    .flatMap(([, block]) => Object.values(block))
    .flatMap((state) => (state.selected_options ?? []).map(({ value }) => value));
}

/** The ids chosen in a picker. */
export function picked(values: ViewValues, id: string): number[] {
  const state = values[id]?.[id];
  const options = [...(state?.selected_options ?? []), ...(state?.selected_option ? [state.selected_option] : [])];
  return options.map(({ value }) => Number(value)).filter(Number.isInteger);
}
