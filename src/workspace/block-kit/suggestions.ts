import { isJsonObject } from '../json';
import { type Check, list, report, shape, startInspection } from './checks';
import { optionGroup, selectOption } from './composition';

const eitherOr: Check = (answer, pointer, inspection) => {
  if (isJsonObject(answer) && (answer.options === undefined) === (answer.option_groups === undefined)) {
    report(inspection, pointer, 'must define either `options` or `option_groups`');
  }
};

const answerShape = shape({
  optional: { options: list(selectOption, 100, 0), option_groups: list(optionGroup, 100, 0) },
  whole: eitherOr,
});

/** What Slack refuses in the options that an app offers for an external select. */
export function inspectSuggestions(answer: unknown): readonly string[] {
  const inspection = startInspection('message');
  answerShape(answer, '', inspection);
  return inspection.problems;
}
