import type {
  ChannelsSelect,
  ConversationsSelect,
  ExternalSelect,
  MultiChannelsSelect,
  MultiConversationsSelect,
  MultiExternalSelect,
  MultiStaticSelect,
  MultiUsersSelect,
  StaticSelect,
  UsersSelect,
} from '@slack/types';
import type { JSX } from 'preact';
import type { ElementState, OptionView } from '../../protocol';
import { actionIdOf, type Element } from '../blocks/block-kit';
import { type BlockForm, useBlockForm } from '../blocks/form-context';
import { asOption, groupsOf, groupsOfSuggestions, type OptionGroup } from './options';
import { PickList } from './pick-list';
import { useElement } from './use-element';
import type { OptionSource } from './use-suggestions';

type SingleSelect = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect;
type ManySelect =
  | MultiStaticSelect
  | MultiExternalSelect
  | MultiUsersSelect
  | MultiConversationsSelect
  | MultiChannelsSelect;

/** The key in Slack's state that holds the choice, and whether it holds ids or whole options. */
const stateKeys = {
  static_select: ['selected_option', 'option'],
  external_select: ['selected_option', 'option'],
  users_select: ['selected_user', 'id'],
  conversations_select: ['selected_conversation', 'id'],
  channels_select: ['selected_channel', 'id'],
  multi_static_select: ['selected_options', 'option'],
  multi_external_select: ['selected_options', 'option'],
  multi_users_select: ['selected_users', 'id'],
  multi_conversations_select: ['selected_conversations', 'id'],
  multi_channels_select: ['selected_channels', 'id'],
} as const;

/** Every kind of select menu. */
export function SelectElement({ element }: { element: SingleSelect | ManySelect }): JSX.Element {
  const form = useBlockForm();
  const handle = useElement<ElementState>(element, { type: element.type });
  const [key, holds] = stateKeys[element.type];
  const multiple = element.type.startsWith('multi_');
  const source = sourceOf(element, form, handle.place.blockId);
  const known = source.kind === 'static' ? source.groups.flatMap((group) => group.options) : [];
  const held = [handle.state[key]].flat().filter((value) => value !== null && value !== undefined);
  const selected = held.map((value) => (holds === 'option' ? asOption(value as OptionView) : optionOfId(value, known)));
  return (
    <PickList
      naming={handle.naming}
      placeholder={element.placeholder?.text ?? (multiple ? 'Select options' : 'Select an option')}
      multiple={multiple}
      selected={selected}
      source={source}
      maxSelected={'max_selected_items' in element ? element.max_selected_items : undefined}
      isPending={handle.isPending}
      isClearable={handle.place.inputLabelId !== null && !handle.place.required}
      autoFocus={element.focus_on_load === true}
      onChange={(options) => {
        const values = holds === 'option' ? options : options.map((option) => option.value);
        handle.change({ type: element.type, [key]: multiple ? values : (values[0] ?? null) }, element.confirm);
      }}
    />
  );
}

function optionOfId(value: unknown, known: readonly OptionView[]): OptionView {
  const id = String(value);
  return known.find((option) => option.value === id) ?? { text: { type: 'plain_text', text: id }, value: id };
}

function sourceOf(element: SingleSelect | ManySelect, form: BlockForm, blockId: string): OptionSource {
  switch (element.type) {
    case 'static_select':
    case 'multi_static_select':
      return { kind: 'static', groups: groupsOf(element) };
    case 'external_select':
    case 'multi_external_select':
      return {
        kind: 'search',
        minLength: element.min_query_length ?? 3,
        search: async (query) =>
          groupsOfSuggestions(await form.suggest(blockId, actionIdOf(element as Element), query)),
      };
    case 'users_select':
    case 'multi_users_select':
      return { kind: 'static', groups: [peopleGroup(form)] };
    default:
      return { kind: 'static', groups: [channelGroup(form)] };
  }
}

function peopleGroup(form: BlockForm): OptionGroup {
  const options = form.people
    .filter((person) => person.kind !== 'deactivated')
    .map((person) => ({
      text: { type: 'plain_text', text: person.realName || person.name },
      value: person.id,
      description: { type: 'plain_text', text: person.email ?? `@${person.name}` },
    }));
  return { label: null, options };
}

function channelGroup(form: BlockForm): OptionGroup {
  const options = form.channels.map((channel) => ({
    text: { type: 'plain_text', text: channel.kind === 'channel' ? `#${channel.name}` : channel.name },
    value: channel.id,
  }));
  return { label: null, options };
}
