import { inspectMessageBlocks, isTooLong } from '../../src/workspace/block-kit/message-blocks';
import { inspectView, isTooLarge } from '../../src/workspace/block-kit/view-checks';

type Json = Record<string, unknown>;

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const option = (index = 0, more: Json = {}) => ({ text: plain(5), value: `v${index}`, ...more });
const button = (more: Json = {}) => ({ type: 'button', text: plain(5), ...more });
const actions = (...elements: Json[]) => ({ type: 'actions', elements });
const input = (element: Json, more: Json = {}) => ({ type: 'input', label: plain(5), element, ...more });
const confirm = (more: Json = {}) => ({ title: plain(5), text: plain(5), confirm: plain(5), deny: plain(5), ...more });
const modal = (more: Json = {}) => ({ type: 'modal', title: plain(5), blocks: [], ...more });

/** What is well, and what is refused with these words. */
type Case = readonly [what: string, well: Json, refused: Json, words: string];

const cases: readonly Case[] = [
  [
    'a section’s text: 3000',
    { type: 'section', text: mrkdwn(3000) },
    { type: 'section', text: mrkdwn(3001) },
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'a text: not empty',
    { type: 'section', text: mrkdwn(1) },
    { type: 'section', text: mrkdwn(0) },
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'a section: text or fields',
    { type: 'section', fields: [mrkdwn(1)] },
    { type: 'section' },
    'must define either `text` or `fields` [json-pointer:/blocks/0]',
  ],
  [
    'fields: 10',
    { type: 'section', fields: times(10, () => plain(2000)) },
    { type: 'section', fields: times(11, () => plain(1)) },
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'a field: 2000',
    { type: 'section', fields: [plain(2000)] },
    { type: 'section', fields: [plain(2001)] },
    'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
  ],
  [
    'a header: 150',
    { type: 'header', text: plain(150) },
    { type: 'header', text: plain(151) },
    'must be less than 151 characters',
  ],
  [
    'a header: plain text',
    { type: 'header', text: plain(1) },
    { type: 'header', text: mrkdwn(1) },
    'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
  ],
  [
    'a context: 10 elements',
    { type: 'context', elements: times(10, () => mrkdwn(1)) },
    { type: 'context', elements: times(11, () => mrkdwn(1)) },
    'no more than 10 items allowed',
  ],
  [
    'a context: at least one',
    { type: 'context', elements: [mrkdwn(1)] },
    { type: 'context', elements: [] },
    'no fewer than 1 items allowed',
  ],
  [
    'actions: 25',
    actions(...times(25, () => button())),
    actions(...times(26, () => button())),
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'a button’s text: 75',
    actions(button({ text: plain(75) })),
    actions(button({ text: plain(76) })),
    'must be less than 76 characters',
  ],
  [
    'a button’s value: 2000',
    actions(button({ value: 'x'.repeat(2000) })),
    actions(button({ value: 'x'.repeat(2001) })),
    'must be less than 2001 characters',
  ],
  [
    'a button’s style',
    actions(button({ style: 'danger' })),
    actions(button({ style: 'default' })),
    'must be one of: primary, danger',
  ],
  [
    'an action_id: 255',
    actions(button({ action_id: 'x'.repeat(255) })),
    actions(button({ action_id: 'x'.repeat(256) })),
    'must be less than 256 characters',
  ],
  [
    'action_ids: once in a block',
    actions(button({ action_id: 'a' }), button({ action_id: 'b' })),
    actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
    '`action_id` a already exists',
  ],
  [
    'a block_id: 255',
    { type: 'divider', block_id: 'x'.repeat(255) },
    { type: 'divider', block_id: 'x'.repeat(256) },
    'must be less than 256 characters',
  ],
  [
    'a confirm title: 100',
    actions(button({ confirm: confirm({ title: plain(100) }) })),
    actions(button({ confirm: confirm({ title: plain(101) }) })),
    'must be less than 101 characters',
  ],
  [
    'a confirm text: 300',
    actions(button({ confirm: confirm({ text: mrkdwn(300) }) })),
    actions(button({ confirm: confirm({ text: mrkdwn(301) }) })),
    'must be less than 301 characters',
  ],
  [
    'a confirm button: 30',
    actions(button({ confirm: confirm({ deny: plain(30) }) })),
    actions(button({ confirm: confirm({ deny: plain(31) }) })),
    'must be less than 31 characters',
  ],
  [
    'a placeholder: 150',
    actions({ type: 'external_select', placeholder: plain(150) }),
    actions({ type: 'external_select', placeholder: plain(151) }),
    'must be less than 151 characters',
  ],
  [
    'a select: 100 options',
    actions({ type: 'static_select', options: times(100, option) }),
    actions({ type: 'static_select', options: times(101, option) }),
    'no more than 100 items allowed',
  ],
  [
    'a select: some options',
    actions({ type: 'static_select', options: [option()] }),
    actions({ type: 'static_select' }),
    'must define either `options` or `option_groups`',
  ],
  [
    'a select: not both',
    actions({ type: 'static_select', option_groups: [{ label: plain(75), options: [option()] }] }),
    actions({ type: 'static_select', options: [option()], option_groups: [{ label: plain(5), options: [option()] }] }),
    'must define either `options` or `option_groups`',
  ],
  [
    'a group’s label: 75',
    actions({ type: 'static_select', option_groups: [{ label: plain(75), options: [option()] }] }),
    actions({ type: 'static_select', option_groups: [{ label: plain(76), options: [option()] }] }),
    'must be less than 76 characters',
  ],
  [
    'an option’s text: 75',
    actions({ type: 'overflow', options: [option(0, { text: plain(75) })] }),
    actions({ type: 'overflow', options: [option(0, { text: plain(76) })] }),
    'must be less than 76 characters',
  ],
  [
    'an option’s value: 150',
    actions({ type: 'overflow', options: [option(0, { value: 'x'.repeat(150) })] }),
    actions({ type: 'overflow', options: [option(0, { value: 'x'.repeat(151) })] }),
    'must be less than 151 characters',
  ],
  [
    'an option’s description: 75',
    actions({ type: 'overflow', options: [option(0, { description: plain(75) })] }),
    actions({ type: 'overflow', options: [option(0, { description: plain(76) })] }),
    'must be less than 76 characters',
  ],
  [
    'an option of a menu: plain text',
    actions({ type: 'checkboxes', options: [option(0, { text: mrkdwn(5) })] }),
    actions({ type: 'overflow', options: [option(0, { text: mrkdwn(5) })] }),
    'unsupported type: mrkdwn',
  ],
  [
    'an option: no type of its own',
    actions({ type: 'overflow', options: [option()] }),
    actions({ type: 'overflow', options: [option(0, { type: 'option' })] }),
    'invalid additional property: type',
  ],
  [
    'an overflow menu: 5',
    actions({ type: 'overflow', options: times(5, option) }),
    actions({ type: 'overflow', options: times(6, option) }),
    'no more than 5 items allowed',
  ],
  [
    'checkboxes: 10',
    actions({ type: 'checkboxes', options: times(10, option) }),
    actions({ type: 'checkboxes', options: times(11, option) }),
    'no more than 10 items allowed',
  ],
  [
    'radio buttons: 10',
    actions({ type: 'radio_buttons', options: times(10, option) }),
    actions({ type: 'radio_buttons', options: times(11, option) }),
    'no more than 10 items allowed',
  ],
  [
    'what is chosen at first: an option',
    actions({ type: 'static_select', options: [option(1)], initial_option: option(1) }),
    actions({ type: 'static_select', options: [option(1)], initial_option: option(2) }),
    'does not match any of the given options [json-pointer:/blocks/0/elements/0/initial_option]',
  ],
  [
    'what is chosen at first: with the same text',
    actions({ type: 'checkboxes', options: [option(1)], initial_options: [option(1)] }),
    actions({ type: 'checkboxes', options: [option(1)], initial_options: [option(1, { text: plain(4) })] }),
    'does not match any of the given options',
  ],
  [
    'what is chosen at first: not an empty list',
    actions({ type: 'checkboxes', options: [option(1)] }),
    actions({ type: 'checkboxes', options: [option(1)], initial_options: [] }),
    'no fewer than 1 items allowed',
  ],
  [
    'an unknown block',
    { type: 'divider' },
    { type: 'banner' },
    'unsupported type: banner [json-pointer:/blocks/0/type]',
  ],
  [
    'an unknown field',
    { type: 'divider' },
    { type: 'divider', text: plain(1) },
    'invalid additional property: text [json-pointer:/blocks/0]',
  ],
  [
    'a missing field',
    { type: 'image', alt_text: 'x', image_url: 'https://x.org/a.png' },
    { type: 'image', image_url: 'https://x.org/a.png' },
    'missing required field: alt_text [json-pointer:/blocks/0]',
  ],
  [
    'a field of the wrong kind',
    { type: 'markdown', text: 'x' },
    { type: 'markdown', text: plain(1) },
    'must provide a string [json-pointer:/blocks/0/text]',
  ],
  [
    'emoji: of plain text only',
    { type: 'section', text: { ...plain(1), emoji: true } },
    { type: 'section', text: { ...mrkdwn(1), emoji: true } },
    'invalid additional property: emoji',
  ],
  [
    'an input beside a section',
    { type: 'section', text: plain(1), accessory: button() },
    { type: 'section', text: plain(1), accessory: { type: 'plain_text_input' } },
    'unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]',
  ],
  [
    'a button in an input block',
    input({ type: 'plain_text_input' }),
    input(button()),
    'unsupported type: button [json-pointer:/blocks/0/element/type]',
  ],
  [
    'a file input outside of a modal',
    input({ type: 'email_text_input' }),
    input({ type: 'file_input' }),
    'unsupported type: file_input',
  ],
  [
    'a table: 100 rows',
    { type: 'table', rows: times(100, () => [{ type: 'raw_text', text: 'x' }]) },
    { type: 'table', rows: times(101, () => [{ type: 'raw_text', text: 'x' }]) },
    'no more than 100 items allowed',
  ],
  [
    'rich text',
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x', style: { bold: true } }] }],
    },
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'bold', text: 'x' }] }] },
    'unsupported type: bold',
  ],
];

describe('what Slack refuses in the blocks of a message', () => {
  test.each(cases)('%s', (_what, well, refused, words) => {
    expect(inspectMessageBlocks([well])).toEqual([]);
    expect(inspectMessageBlocks([refused]).join('\n')).toContain(words);
  });

  test('50 blocks', () => {
    expect(inspectMessageBlocks(times(50, () => ({ type: 'divider' })))).toEqual([]);
    expect(inspectMessageBlocks(times(51, () => ({ type: 'divider' })))).toEqual([
      'no more than 50 items allowed [json-pointer:/blocks]',
    ]);
  });

  test('the same block_id twice', () => {
    const same = { type: 'divider', block_id: 'a' };
    expect(inspectMessageBlocks([same, same])).toEqual([
      '`block_id` a already exists [json-pointer:/blocks/1/block_id]',
    ]);
    expect(inspectMessageBlocks([actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))])).toEqual(
      [],
    );
  });

  test('13,200 characters in all', () => {
    expect(isTooLong([{ type: 'section', text: mrkdwn(13_200) }])).toBe(false);
    expect(
      isTooLong([
        { type: 'section', text: mrkdwn(13_000) },
        { type: 'header', text: plain(201) },
      ]),
    ).toBe(true);
  });

  test('blocks that are none', () => {
    expect(inspectMessageBlocks(['divider'])).toEqual(['must provide an object [json-pointer:/blocks/0]']);
    expect(inspectMessageBlocks([{}])).toEqual(['missing required field: type [json-pointer:/blocks/0]']);
  });
});

const viewCases: readonly Case[] = [
  [
    'a title: 24',
    modal({ title: plain(24) }),
    modal({ title: plain(25) }),
    'must be less than 25 characters [json-pointer:/view/title/text]',
  ],
  [
    'a submit button: 24',
    modal({ submit: plain(24) }),
    modal({ submit: plain(25) }),
    'must be less than 25 characters [json-pointer:/view/submit/text]',
  ],
  [
    'a close button: 24',
    modal({ close: plain(24) }),
    modal({ close: plain(25) }),
    'must be less than 25 characters [json-pointer:/view/close/text]',
  ],
  [
    'private_metadata: 3000',
    modal({ private_metadata: 'x'.repeat(3000) }),
    modal({ private_metadata: 'x'.repeat(3001) }),
    'must be less than 3001 characters [json-pointer:/view/private_metadata]',
  ],
  [
    'a callback_id: 255',
    modal({ callback_id: 'x'.repeat(255) }),
    modal({ callback_id: 'x'.repeat(256) }),
    'must be less than 256 characters',
  ],
  [
    '100 blocks',
    modal({ blocks: times(100, () => ({ type: 'divider' })) }),
    modal({ blocks: times(101, () => ({ type: 'divider' })) }),
    'no more than 100 items allowed [json-pointer:/view/blocks]',
  ],
  ['a title at all', modal(), { type: 'modal', blocks: [] }, 'missing required field: title [json-pointer:/view]'],
  [
    'a submit button with inputs',
    modal({ submit: plain(4), blocks: [input({ type: 'plain_text_input' })] }),
    modal({ blocks: [input({ type: 'plain_text_input' })] }),
    'missing required field: submit [json-pointer:/view]',
  ],
  [
    'a file input',
    modal({ submit: plain(4), blocks: [input({ type: 'file_input', max_files: 10 })] }),
    modal({ submit: plain(4), blocks: [input({ type: 'file_input', max_files: 11 })] }),
    'must be less than 11',
  ],
  [
    'fields of a view that came from Slack',
    modal(),
    modal({ id: 'V1', hash: 'x' }),
    'invalid additional property: id [json-pointer:/view]',
  ],
  [
    'no table',
    modal({ blocks: [{ type: 'divider' }] }),
    modal({ blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }] }),
    'unsupported type: table',
  ],
  [
    'one focus',
    modal({ blocks: [actions({ type: 'external_select', focus_on_load: true })] }),
    modal({ blocks: times(2, () => actions({ type: 'external_select', focus_on_load: true })) }),
    'only one element may have `focus_on_load`',
  ],
  [
    'lengths that agree',
    modal({ submit: plain(4), blocks: [input({ type: 'plain_text_input', min_length: 2, max_length: 3 })] }),
    modal({ submit: plain(4), blocks: [input({ type: 'plain_text_input', min_length: 4, max_length: 3 })] }),
    'must not be greater than `max_length`',
  ],
  [
    'a label: 2000',
    modal({ submit: plain(4), blocks: [input({ type: 'plain_text_input' }, { label: plain(2000) })] }),
    modal({ submit: plain(4), blocks: [input({ type: 'plain_text_input' }, { label: plain(2001) })] }),
    'must be less than 2001 characters',
  ],
];

describe('what Slack refuses in a modal', () => {
  test.each(viewCases)('%s', (_what, well, refused, words) => {
    expect(inspectView(well, 'modal')).toEqual([]);
    expect(inspectView(refused, 'modal').join('\n')).toContain(words);
  });

  test('more than 250 KB', () => {
    expect(isTooLarge(modal({ private_metadata: 'x'.repeat(250_000) }))).toBe(false);
    expect(isTooLarge(modal({ private_metadata: 'x'.repeat(257_000) }))).toBe(true);
  });

  test('a Home has blocks, and neither title nor buttons', () => {
    expect(inspectView({ type: 'home', blocks: [input({ type: 'plain_text_input' })] }, 'home')).toEqual([]);
    expect(inspectView({ type: 'home', blocks: [], submit: plain(4) }, 'home')).toEqual([
      'invalid additional property: submit [json-pointer:/view]',
    ]);
    expect(inspectView(modal(), 'home').join()).toContain('must be one of: home');
  });
});
