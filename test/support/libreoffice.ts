import { execFile } from 'node:child_process';
import { join, parse } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './programs';

// Comma, double quote, UTF-8, from the first line; and what cells show, not what lies behind it.
const csvAsShown = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false';

/**
 * Has LibreOffice open a spreadsheet, .xlsx or .csv by its name, and save what its first sheet shows as CSV.
 * @param folder of the test's own: LibreOffice's profile and the new file go there
 * @returns the path of the new file
 */
export async function csvByLibreOffice(path: string, folder: string): Promise<string> {
  const program = findProgram('soffice', 'libreoffice');
  if (program === null) {
    throw new Error(
      'This test opens a spreadsheet in LibreOffice, which is not here. Install it with: apt-get install libreoffice-calc',
    );
  }
  const outdir = join(folder, 'libreoffice');
  await promisify(execFile)(program, [
    `-env:UserInstallation=file://${folder}/profile`,
    '--headless',
    // Files named .csv are read as UTF-8 with commas and quotes, as an import wizard would propose for them.
    ...(path.endsWith('.csv') ? ['--infilter=Text - txt - csv (StarCalc):44,34,76,1'] : []),
    '--convert-to',
    csvAsShown,
    '--outdir',
    outdir,
    path,
  ]);
  return join(outdir, `${parse(path).name}.csv`);
}
