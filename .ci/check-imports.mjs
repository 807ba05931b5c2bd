// Checks the direction of imports, and that there were imports to check: dependency-cruiser is content with no files at
// all, which is what it sees when it does not understand the installed TypeScript.
// Usage: node .ci/check-imports.mjs [BASE]   (another folder than this one, for the test of the rules)
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';

const baseDir = resolve(process.argv[2] ?? '.');
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const folders = ['src', 'jobs', 'migrations', 'test'].filter((folder) => existsSync(join(baseDir, folder)));

const { output } = await cruise(
  folders,
  { ...options, baseDir, validate: true, ruleSet: { forbidden }, outputType: 'json' },
  options.enhancedResolveOptions,
);
const { totalCruised, violations } = JSON.parse(output).summary;

for (const { rule, from, to, comment } of violations) {
  const why = forbidden.find(({ name }) => name === rule.name)?.comment ?? comment ?? '';
  process.stderr.write(`${rule.name}: ${from} → ${to}\n  ${why}\n`);
}
if (totalCruised === 0) process.stderr.write('No file was read, so nothing was checked.\n');
else process.stdout.write(`imports: ${totalCruised} files read, ${violations.length} wrong ways\n`);
process.exitCode = violations.length > 0 || totalCruised === 0 ? 1 : 0;
