import { isJsonObject } from '../json';
import { boolean, type Check, list, oneOf, report, type Shape, shape, string, typed } from './checks';

function textShapes(most: number): Readonly<Record<string, Shape>> {
  return {
    plain_text: { required: { text: string(most, 1) }, optional: { emoji: boolean } },
    mrkdwn: { required: { text: string(most, 1) }, optional: { verbatim: boolean } },
  };
}

export function plainText(most: number): Check {
  return typed(textShapes(most), ['plain_text']);
}

export function anyText(most: number): Check {
  return typed(textShapes(most), ['plain_text', 'mrkdwn']);
}

/** Asks for the user's "are you sure" before an element acts. */
export const confirmDialog = shape({
  required: { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  optional: { style: oneOf('primary', 'danger') },
});

/** Option of a select menu. */
export const selectOption = shape({
  required: { text: plainText(75), value: string(150, 1) },
  optional: { description: plainText(75) },
});

/** Option of an overflow menu, which may be a link. */
export const overflowOption = shape({
  required: { text: plainText(75), value: string(150, 1) },
  optional: { description: plainText(75), url: string(3000, 1) },
});

/** Option of checkboxes and radio buttons, which may be formatted. */
export const markedOption = shape({
  required: { text: anyText(75), value: string(150, 1) },
  optional: { description: anyText(75) },
});

export const optionGroup = shape({ required: { label: plainText(75), options: list(selectOption, 100) } });

function sameOption(one: unknown, other: unknown): boolean {
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const text = (option: typeof one) => (isJsonObject(option.text) ? `${option.text.type} ${option.text.text}` : '');
  const description = (option: typeof one) => (isJsonObject(option.description) ? option.description.text : undefined);
  return one.value === other.value && text(one) === text(other) && description(one) === description(other);
}

function allOptions(element: unknown): unknown[] {
  if (!isJsonObject(element)) return [];
  if (Array.isArray(element.option_groups)) return element.option_groups.flatMap(allOptions);
  return Array.isArray(element.options) ? element.options : [];
}

/** What is chosen at first must be among the options, word for word. */
export const initialAmongOptions: Check = (element, pointer, inspection) => {
  if (!isJsonObject(element)) return;
  const options = allOptions(element);
  const initial = element.initial_option === undefined ? (element.initial_options ?? []) : [element.initial_option];
  if (!Array.isArray(initial)) return;
  const field = element.initial_option === undefined ? 'initial_options' : 'initial_option';
  initial.forEach((chosen, index) => {
    if (options.some((option) => sameOption(option, chosen))) return;
    const where = field === 'initial_options' ? `/${index}` : '';
    report(inspection, `${pointer}/${field}${where}`, 'does not match any of the given options');
  });
};

/** A select has options or groups of options, and not both. */
export const optionsOrGroups: Check = (element, pointer, inspection) => {
  if (!isJsonObject(element)) return;
  if ((element.options === undefined) === (element.option_groups === undefined)) {
    report(inspection, pointer, 'must define either `options` or `option_groups`');
  }
  initialAmongOptions(element, pointer, inspection);
};
