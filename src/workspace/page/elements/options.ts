import type { OptionView, SuggestionsView } from '../../protocol';

/** Options below one heading; a null label has none. */
export interface OptionGroup {
  readonly label: string | null;
  readonly options: readonly OptionView[];
}

type LooseOption = {
  text: { type: string; text: string };
  value?: string;
  description?: { type: string; text: string };
};

/** Static options, grouped or not, as one shape. */
export function groupsOf(element: {
  options?: readonly LooseOption[];
  option_groups?: readonly { label: { text: string }; options: readonly LooseOption[] }[];
}): OptionGroup[] {
  if (element.option_groups) {
    return element.option_groups.map((group) => ({ label: group.label.text, options: group.options.map(asOption) }));
  }
  return [{ label: null, options: (element.options ?? []).map(asOption) }];
}

export function groupsOfSuggestions(answer: SuggestionsView): OptionGroup[] {
  const grouped = answer.optionGroups.map((group) => ({ label: group.label.text, options: group.options }));
  return answer.options.length > 0 ? [{ label: null, options: answer.options }, ...grouped] : grouped;
}

export function asOption(option: LooseOption): OptionView {
  const { text, value = '', description } = option;
  return description === undefined ? { text, value } : { text, value, description };
}

/** The groups with only those options that contain every word of the query; empty groups are left out. */
export function filterGroups(groups: readonly OptionGroup[], query: string): OptionGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (option: OptionView) => {
    const text = `${option.text.text} ${option.description?.text ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return groups
    .map((group) => ({ ...group, options: words.length === 0 ? group.options : group.options.filter(matches) }))
    .filter((group) => group.options.length > 0);
}
