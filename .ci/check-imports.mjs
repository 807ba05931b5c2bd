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

async function check(paths, rules, limits = {}) {
  const { output } = await cruise(
    paths,
    { ...options, ...limits, baseDir, validate: true, ruleSet: { forbidden: rules }, outputType: 'json' },
    options.enhancedResolveOptions,
  );
  return JSON.parse(output).summary;
}

const files = await check(
  folders,
  forbidden.filter(({ scope }) => scope !== 'folder'),
);
// Between folders only the features count: seen with the rest, src/config.ts closes a circle around everything.
const features = existsSync(join(baseDir, 'src/features'))
  ? await check(
      ['src/features'],
      forbidden.filter(({ scope }) => scope === 'folder'),
      { includeOnly: '^src/features/[^/]+/' },
    )
  : { violations: [] };

const violations = [...files.violations, ...features.violations];
for (const { rule, from, to } of violations) {
  const why = forbidden.find(({ name }) => name === rule.name)?.comment;
  process.stderr.write(`${rule.name}: ${from} → ${to}\n${why === undefined ? '' : `  ${why}\n`}`);
}
const { totalCruised } = files;
if (totalCruised === 0) process.stderr.write('No file was read, so nothing was checked.\n');
else process.stdout.write(`imports: ${totalCruised} files read, ${violations.length} wrong ways\n`);
process.exitCode = violations.length > 0 || totalCruised === 0 ? 1 : 0;
