import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '../..');

/**
 * Builds TypeScript files of this repository, each to one file of JavaScript with all packages in it, as `npm run build`
 * would leave them; so a process that is measured has neither a compiler nor a test runner in it.
 * @param files from the root of the repository, of different base names
 * @param folder where the programs go, without their folders: `src/a/read.ts` becomes `read.js`
 */
export async function buildPrograms(files: readonly string[], folder: string): Promise<void> {
  await build({
    entryPoints: files.map((file) => ({
      in: join(root, file),
      out: (file.split('/').at(-1) ?? file).replace(/\.ts$/, ''),
    })),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outdir: folder,
    // Only what runs from TypeScript asks for it.
    external: ['tsx/cjs'],
    logLevel: 'warning',
  });
}
