import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '../..');
const entry = join(root, 'src/workspace/page/main.tsx');

/** Makes dist/page as `npm run build` does. Several test runs may do so at once: each file is moved into place whole. */
export async function bundlePage(): Promise<void> {
  if (!existsSync(entry)) return;
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outfile: join(root, 'dist/page/page.js'),
    write: false,
    logLevel: 'silent',
  });
  for (const { path, contents } of outputFiles) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
}
