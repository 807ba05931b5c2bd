import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const root = join(__dirname, '../..');

/**
 * Builds TypeScript files of this repository, each to one file of JavaScript with all packages in it, as `npm run build`
 * would leave them; so a process that is measured has neither a compiler nor a test runner in it.
 * @param files from the root of the repository, of different base names
 * @param folder where the programs go, without their folders: `src/a/read.ts` becomes `read.js`
 * @param packages `external` leaves them out, for programs with native parts; NODE_PATH then says where they are
 */
export async function buildPrograms(
  files: readonly string[],
  folder: string,
  { packages = 'bundle' }: Pick<BuildOptions, 'packages'> = {},
): Promise<void> {
  await build({
    entryPoints: files.map((file) => ({
      in: join(root, file),
      out: (file.split('/').at(-1) ?? file).replace(/\.ts$/, ''),
    })),
    bundle: true,
    packages,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outdir: folder,
    // Only what runs from TypeScript asks for it.
    external: ['tsx/cjs'],
    logLevel: 'warning',
  });
}
