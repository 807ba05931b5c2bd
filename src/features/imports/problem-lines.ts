import type { RowProblem } from './imports.types';

/** Problems with the field before them, once for each field and only where the sentence does not begin with its name. */
export function problemLines(problems: readonly RowProblem[]): string[] {
  return problems.map(({ field, sentence }, index) => {
    const name = field?.split(' ').at(-1)?.replace(/s$/, '');
    const told = field === null || sentence.startsWith(field) || (name !== undefined && sentence.startsWith(name));
    return told || problems[index - 1]?.field === field ? sentence : `${field}: ${sentence}`;
  });
}
