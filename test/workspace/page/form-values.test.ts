import type { KnownBlock } from '@slack/types';
import { hasChanges, inputErrors, reconcileValues } from '../../../src/workspace/page/blocks/form-values';

const plain = (text: string) => ({ type: 'plain_text', text }) as const;
const option = (value: string) => ({ text: plain(value), value });

function nameInput(more: object = {}, blockId = 'name'): KnownBlock {
  const element = { type: 'plain_text_input', action_id: 'v', ...more } as const;
  return { type: 'input', block_id: blockId, label: plain('Name'), element };
}

function profileInput(values: readonly string[], initial?: string): KnownBlock {
  const chosen = initial === undefined ? {} : { initial_option: option(initial) };
  const element = { type: 'static_select', action_id: 'v', options: values.map(option), ...chosen } as const;
  return { type: 'input', block_id: 'profile', label: plain('Profile'), element };
}

test('untouched elements hold what Slack says they hold', () => {
  expect(reconcileValues({}, [nameInput({ initial_value: 'Ada' }), profileInput(['a'])])).toEqual({
    name: { v: { type: 'plain_text_input', value: 'Ada' } },
    profile: { v: { type: 'static_select', selected_option: null } },
  });
});

test('what was typed outlives an update of the view when block_id and action_id stay', () => {
  const typed = { name: { v: { type: 'plain_text_input', value: 'typed' } } };
  expect(reconcileValues(typed, [nameInput({ initial_value: 'new' })])).toEqual(typed);
});

test('another block_id begins anew, and a block that is gone takes its value along', () => {
  const typed = { name: { v: { type: 'plain_text_input', value: 'typed' } } };
  expect(reconcileValues(typed, [nameInput({ initial_value: 'new' }, 'other')])).toEqual({
    other: { v: { type: 'plain_text_input', value: 'new' } },
  });
});

test('an option that is offered no more cannot stay chosen', () => {
  const chosen = { profile: { v: { type: 'static_select', selected_option: option('b') } } };
  expect(reconcileValues(chosen, [profileInput(['a', 'b'])])).toEqual(chosen);
  expect(reconcileValues(chosen, [profileInput(['a'], 'a')]).profile?.v?.selected_option).toEqual(option('a'));
});

test('a form knows whether something was changed', () => {
  const blocks = [nameInput({ initial_value: 'Ada' })];
  const baseline = reconcileValues({}, blocks);
  expect(hasChanges(baseline, baseline)).toBe(false);
  expect(hasChanges({ name: { v: { type: 'plain_text_input', value: 'Bob' } } }, baseline)).toBe(true);
});

test.each([
  [{}, null, 'Please complete this required field.'],
  [{}, '  ', 'Please complete this required field.'],
  [{ min_length: 5 }, 'abc', 'Please enter at least 5 characters.'],
  [{ max_length: 2 }, 'abc', 'Please enter no more than 2 characters.'],
  [{ type: 'email_text_input' }, 'abc', 'Please enter a valid email address.'],
  [{ type: 'url_text_input' }, 'abc', 'Please enter a valid URL.'],
  [{ type: 'number_input', is_decimal_allowed: false }, '1.5', 'Please enter a whole number.'],
  [{ type: 'number_input', is_decimal_allowed: true, max_value: '9' }, '10', 'Please enter a number of at most 9.'],
])('an input of %j with %j is refused before it is sent', (more, value, error) => {
  const block = nameInput(more);
  const state = { name: { v: { type: (more as { type?: string }).type ?? 'plain_text_input', value } } };
  expect(inputErrors(state, [block])).toEqual({ name: error });
});

test('an optional input may stay empty, and elements outside of inputs are never required', () => {
  const blocks: KnownBlock[] = [
    { ...nameInput(), optional: true } as KnownBlock,
    {
      type: 'section',
      block_id: 's',
      text: plain('x'),
      accessory: { type: 'static_select', action_id: 'v', options: [] },
    },
  ];
  expect(inputErrors(reconcileValues({}, blocks), blocks)).toEqual({});
});
