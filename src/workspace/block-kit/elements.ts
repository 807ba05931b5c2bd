import { isJsonObject } from '../json';
import {
  boolean,
  type Check,
  integer,
  list,
  matching,
  oneOf,
  report,
  type Shape,
  shape,
  string,
  typed,
} from './checks';
import {
  confirmDialog,
  initialAmongOptions,
  markedOption,
  optionGroup,
  optionsOrGroups,
  overflowOption,
  plainText,
  selectOption,
} from './composition';
import { richText } from './rich-text';

const actionId: Check = (value, pointer, inspection) => {
  string(255, 1)(value, pointer, inspection);
  if (inspection.actionIds.has(String(value)))
    report(inspection, pointer, `\`action_id\` ${String(value)} already exists`);
  inspection.actionIds.add(String(value));
};

const focusOnLoad: Check = (value, pointer, inspection) => {
  boolean(value, pointer, inspection);
  if (value !== true) return;
  inspection.focused += 1;
  if (inspection.surface === 'message') report(inspection, pointer, '`focus_on_load` is only for views');
  if (inspection.focused > 1) report(inspection, pointer, 'only one element may have `focus_on_load`');
};

const confirmable = { action_id: actionId, confirm: confirmDialog };
const choosable = { ...confirmable, focus_on_load: focusOnLoad, placeholder: plainText(150) };
const several = { max_selected_items: integer(1, 1000) };
const dispatchConfig = shape({
  required: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 2) },
});
const typeable = {
  action_id: actionId,
  dispatch_action_config: dispatchConfig,
  focus_on_load: focusOnLoad,
  placeholder: plainText(150),
};
const ids = list(string(255, 1), 1000);
const filter = shape({
  optional: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), 4),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
});
const menus = { options: list(selectOption, 100), option_groups: list(optionGroup, 100) };
const conversationMenu = { default_to_current_conversation: boolean, filter };

const lengthsAgree: Check = (element, pointer, inspection) => {
  if (!isJsonObject(element)) return;
  const { min_length: least, max_length: most, initial_value: initial } = element;
  if (typeof least === 'number' && typeof most === 'number' && least > most) {
    report(inspection, `${pointer}/min_length`, 'must not be greater than `max_length`');
  }
  if (typeof initial === 'string' && typeof most === 'number' && initial.length > most) {
    report(inspection, `${pointer}/initial_value`, `must be less than ${most + 1} characters`);
  }
};

const imageSource: Check = (image, pointer, inspection) => {
  if (!isJsonObject(image)) return;
  if ((image.image_url === undefined) === (image.slack_file === undefined)) {
    report(inspection, pointer, 'must define either `image_url` or `slack_file`');
  }
};

const slackFile = shape({ optional: { id: string(255, 1), url: string(3000, 1) } });

/** Fields that image blocks and image elements have in common. */
export const imageShape: Shape = {
  required: { alt_text: string(2000, 1) },
  optional: { image_url: string(3000, 1), slack_file: slackFile },
  whole: imageSource,
};

const elementShapes: Readonly<Record<string, Shape>> = {
  button: {
    required: { text: plainText(75) },
    optional: {
      ...confirmable,
      value: string(2000),
      url: string(3000, 1),
      style: oneOf('primary', 'danger'),
      accessibility_label: string(75),
    },
  },
  checkboxes: {
    required: { options: list(markedOption, 10) },
    optional: { ...confirmable, focus_on_load: focusOnLoad, initial_options: list(markedOption, 10) },
    whole: initialAmongOptions,
  },
  radio_buttons: {
    required: { options: list(markedOption, 10) },
    optional: { ...confirmable, focus_on_load: focusOnLoad, initial_option: markedOption },
    whole: initialAmongOptions,
  },
  overflow: { required: { options: list(overflowOption, 5) }, optional: confirmable },
  static_select: { optional: { ...choosable, ...menus, initial_option: selectOption }, whole: optionsOrGroups },
  multi_static_select: {
    optional: { ...choosable, ...several, ...menus, initial_options: list(selectOption, 100) },
    whole: optionsOrGroups,
  },
  external_select: {
    optional: { ...choosable, min_query_length: integer(0, 1000), initial_option: selectOption },
  },
  multi_external_select: {
    optional: {
      ...choosable,
      ...several,
      min_query_length: integer(0, 1000),
      initial_options: list(selectOption, 100),
    },
  },
  users_select: { optional: { ...choosable, initial_user: string(255, 1) } },
  multi_users_select: { optional: { ...choosable, ...several, initial_users: ids } },
  conversations_select: {
    optional: {
      ...choosable,
      ...conversationMenu,
      initial_conversation: string(255, 1),
      response_url_enabled: boolean,
    },
  },
  multi_conversations_select: {
    optional: { ...choosable, ...several, ...conversationMenu, initial_conversations: ids },
  },
  channels_select: { optional: { ...choosable, initial_channel: string(255, 1), response_url_enabled: boolean } },
  multi_channels_select: { optional: { ...choosable, ...several, initial_channels: ids } },
  datepicker: { optional: { ...choosable, initial_date: matching(/^\d{4}-\d{2}-\d{2}$/, 'date') } },
  timepicker: {
    optional: { ...choosable, initial_time: matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'time'), timezone: string(255, 1) },
  },
  datetimepicker: {
    optional: { ...confirmable, focus_on_load: focusOnLoad, initial_date_time: integer(1_000_000_000, 9_999_999_999) },
  },
  plain_text_input: {
    optional: {
      ...typeable,
      initial_value: string(3000),
      multiline: boolean,
      min_length: integer(0, 3000),
      max_length: integer(1, 3000),
    },
    whole: lengthsAgree,
  },
  email_text_input: { optional: { ...typeable, initial_value: string(3000) } },
  url_text_input: { optional: { ...typeable, initial_value: string(3000) } },
  number_input: {
    required: { is_decimal_allowed: boolean },
    optional: { ...typeable, initial_value: string(255), min_value: string(255), max_value: string(255) },
  },
  rich_text_input: { optional: { ...typeable, initial_value: richText } },
  file_input: {
    optional: { action_id: actionId, filetypes: list(string(255, 1), 100), max_files: integer(1, 10) },
  },
  image: imageShape,
};

const menusAndPickers = [
  'checkboxes',
  'radio_buttons',
  'static_select',
  'multi_static_select',
  'external_select',
  'multi_external_select',
  'users_select',
  'multi_users_select',
  'conversations_select',
  'multi_conversations_select',
  'channels_select',
  'multi_channels_select',
  'datepicker',
  'timepicker',
];

/** What may stand beside a section. */
export const accessory = typed(elementShapes, ['button', 'overflow', 'image', ...menusAndPickers]);

/** What may stand in an actions block. */
export const actionElement = typed(elementShapes, ['button', 'overflow', 'datetimepicker', ...menusAndPickers]);

export const imageElement = typed(elementShapes, ['image']);

const inputs = [
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'datetimepicker',
  ...menusAndPickers,
];
const inputOfModal = typed(elementShapes, [...inputs, 'file_input']);
const inputElsewhere = typed(elementShapes, inputs);

/** What may stand in an input block; files are only for modals. */
export const inputElement: Check = (value, pointer, inspection) => {
  const check = inspection.surface === 'modal' ? inputOfModal : inputElsewhere;
  check(value, pointer, inspection);
};
