// Checks docs/requirements.md: R01 to R96 each once, in order, each with a test that is in the file it names, or with
// "later:" and what it waits for.
import { existsSync, readFileSync } from 'node:fs';

const document = 'docs/requirements.md';
const rows = readFileSync(document, 'utf8')
  .split('\n')
  .filter((line) => /^\| R\d/.test(line))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

const problems = [];
const expected = Array.from({ length: 96 }, (_, index) => `R${String(index + 1).padStart(2, '0')}`);
const found = rows.map(([number]) => number);
for (const number of expected) {
  const times = found.filter((other) => other === number).length;
  if (times !== 1) problems.push(`${number} is there ${times} times`);
}
for (const number of found) if (!expected.includes(number)) problems.push(`${number} is no requirement`);

const sources = new Map();
function source(file) {
  if (!sources.has(file)) sources.set(file, existsSync(file) ? readFileSync(file, 'utf8') : null);
  return sources.get(file);
}

let later = 0;
for (const [number, , evidence = ''] of rows) {
  if (evidence.startsWith('later: ')) {
    later += 1;
    continue;
  }
  const tests = [...evidence.matchAll(/`(test\/[^`]+)` › (.+?)(?=; `test\/|$)/g)];
  if (tests.length === 0) problems.push(`${number} names no test`);
  for (const [, file, title] of tests) {
    const text = source(file);
    if (text === null) problems.push(`${number}: there is no ${file}`);
    else if (!["'", '"', '`'].some((quote) => text.includes(`${quote}${title.trim()}${quote}`)))
      problems.push(`${number}: ${file} has no test “${title.trim()}”`);
  }
}

for (const problem of problems) process.stderr.write(`${document}: ${problem}\n`);
process.stdout.write(`requirements: ${rows.length} read, ${later} later, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
