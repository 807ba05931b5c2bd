import { isJsonObject } from '../json';
import { viewBlocks } from './blocks';
import { boolean, type Check, oneOf, report, shape, startInspection, string } from './checks';
import { plainText } from './composition';

const mostBytes = 250 * 1024;

const common = { private_metadata: string(3000), callback_id: string(255), external_id: string(255) };

const submitWithInputs: Check = (view, pointer, inspection) => {
  if (isJsonObject(view) && inspection.inputs > 0 && !view.submit) {
    report(inspection, pointer, 'missing required field: submit');
  }
};

const modal = shape({
  required: { type: oneOf('modal'), title: plainText(24), blocks: viewBlocks },
  optional: {
    ...common,
    submit: plainText(24),
    close: plainText(24),
    clear_on_close: boolean,
    notify_on_close: boolean,
  },
  whole: submitWithInputs,
});

const home = shape({ required: { type: oneOf('home'), blocks: viewBlocks }, optional: common });

/** What Slack refuses in a view, one sentence each; nothing where all is well. */
export function inspectView(view: unknown, kind: 'modal' | 'home'): readonly string[] {
  const inspection = startInspection(kind);
  const check = kind === 'modal' ? modal : home;
  check(view, '/view', inspection);
  return inspection.problems;
}

/** Whether a view is larger than Slack takes. */
export function isTooLarge(view: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(view) ?? '') > mostBytes;
}
