import { isJsonObject } from '../json';
import { boolean, type Check, list, oneOf, report, type Shape, shape, string, typed } from './checks';
import { anyText, plainText } from './composition';
import { accessory, actionElement, imageElement, imageShape, inputElement } from './elements';
import { richText, richTextElements } from './rich-text';

const blockId: Check = (value, pointer, inspection) => {
  string(255, 1)(value, pointer, inspection);
  if (inspection.blockIds.has(String(value)))
    report(inspection, pointer, `\`block_id\` ${String(value)} already exists`);
  inspection.blockIds.add(String(value));
};

const textOrFields: Check = (section, pointer, inspection) => {
  if (isJsonObject(section) && section.text === undefined && section.fields === undefined) {
    report(inspection, pointer, 'must define either `text` or `fields`');
  }
};

const contextElement: Check = (value, pointer, inspection) => {
  const check = isJsonObject(value) && value.type === 'image' ? imageElement : anyText(3000);
  check(value, pointer, inspection);
};

const rawText = shape({ required: { type: oneOf('raw_text'), text: string(3000, 1) } });
const tableCell: Check = (value, pointer, inspection) => {
  const check = isJsonObject(value) && value.type === 'rich_text' ? richText : rawText;
  check(value, pointer, inspection);
};

const onlyTable: Check = (_table, pointer, inspection) => {
  inspection.tables += 1;
  if (inspection.tables > 1) report(inspection, pointer, 'only one table is allowed');
};

const columnSetting = shape({ optional: { align: oneOf('left', 'center', 'right'), is_wrapped: boolean } });

const blockShapes: Readonly<Record<string, Shape>> = {
  section: {
    optional: { text: anyText(3000), fields: list(anyText(2000), 10), accessory, expand: boolean },
    whole: textOrFields,
  },
  divider: {},
  header: { required: { text: plainText(150) } },
  image: { ...imageShape, optional: { ...imageShape.optional, title: plainText(2000) } },
  context: { required: { elements: list(contextElement, 10) } },
  actions: { required: { elements: list(actionElement, 25) } },
  input: {
    required: { label: plainText(2000), element: inputElement },
    optional: { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
    whole: (_input, _pointer, inspection) => {
      inspection.inputs += 1;
    },
  },
  rich_text: { required: { elements: richTextElements } },
  markdown: { required: { text: string(12_000, 1) } },
  table: {
    required: { rows: list(list(tableCell, 20), 100) },
    optional: { column_settings: list(columnSetting, 20, 0) },
    whole: onlyTable,
  },
};

const everywhere = ['section', 'divider', 'header', 'image', 'context', 'actions', 'input', 'rich_text'];
const shapesWithId = Object.fromEntries(
  Object.entries(blockShapes).map(([type, one]) => [
    type,
    { ...one, optional: { ...one.optional, block_id: blockId } },
  ]),
);
const inMessages = typed(shapesWithId, [...everywhere, 'markdown', 'table']);
const inViews = typed(shapesWithId, everywhere);

const block: Check = (value, pointer, inspection) => {
  inspection.actionIds = new Set();
  const check = inspection.surface === 'message' ? inMessages : inViews;
  check(value, pointer, inspection);
};

/** Blocks of a message: at most 50. */
export const messageBlocks = list(block, 50, 0);

/** Blocks of a view: at most 100. */
export const viewBlocks = list(block, 100, 0);
