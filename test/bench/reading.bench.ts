import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildReaders, measureReading, type ReaderName } from './support/measure-reading';
import { writePeopleByUsher, writePeopleLikeExcel } from './support/people-workbook';
import type { ReadingReport } from './support/report-reading';

// Prints what reading a workbook costs beside the floor and exceljs, each in processes of their own that take turns.
// docs/performance.md says how to run it and what the columns mean.

const people = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 5);
const readers: readonly ReaderName[] = ['floor', 'exceljs', 'usher'];

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Has LibreOffice save a workbook anew; false where it is not installed. */
async function saveByLibreOffice(source: string, folder: string): Promise<boolean> {
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  const outdir = join(folder, 'libreoffice');
  const format = 'xlsx:Calc MS Excel 2007 XML';
  try {
    await promisify(execFile)('soffice', [profile, '--headless', '--convert-to', format, '--outdir', outdir, source]);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Has openpyxl write the cells of a workbook anew; false where it is not installed. */
async function saveByOpenpyxl(source: string, target: string): Promise<boolean> {
  const script = `
import sys
import openpyxl
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet()
for row in openpyxl.load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True):
    sheet.append(row)
book.save(sys.argv[2])
`;
  const programs = ['/usr/bin/python3', 'python3'];
  for (const program of programs) {
    const has = await promisify(execFile)(program, ['-c', 'import openpyxl']).then(
      () => true,
      () => false,
    );
    if (!has) continue;
    await promisify(execFile)(program, ['-c', script, source, target]);
    return true;
  }
  return false;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const say = (line: string) => process.stdout.write(`${line}\n`);
  try {
    await buildReaders(folder);
    const excel = join(folder, 'people.xlsx');
    const own = join(folder, 'usher.xlsx');
    const libreOffice = join(folder, 'libreoffice/usher.xlsx');
    const openpyxl = join(folder, 'openpyxl.xlsx');
    const files: ReadonlyArray<[name: string, path: string, write: () => Promise<unknown>]> = [
      ['like Excel', excel, () => writePeopleLikeExcel(excel, people)],
      ['own export', own, () => writePeopleByUsher(own, people)],
      // LibreOffice takes many minutes for as many links as Excel writes.
      ['LibreOffice', libreOffice, () => saveByLibreOffice(own, folder)],
      ['openpyxl', openpyxl, () => saveByOpenpyxl(own, openpyxl)],
    ];

    say(`${people} people, medians of ${rounds}. ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`);
    say('| file | reader | processor s | × floor | × exceljs | seconds | × floor | × exceljs | peak MB | cells |');
    say('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    for (const [name, path, write] of files) {
      if ((await write()) === false) continue;
      const reports = new Map<ReaderName, ReadingReport[]>(readers.map((reader) => [reader, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const reader of readers) reports.get(reader)?.push(await measureReading(folder, reader, path));
      }
      for (const reader of readers) {
        const all = reports.get(reader) ?? [];
        const times = (['processorSeconds', 'seconds'] as const).flatMap((kind) => {
          const timeOf = (one: ReaderName) => middle((reports.get(one) ?? []).map((report) => report[kind]));
          return [timeOf(reader), timeOf(reader) / timeOf('floor'), timeOf(reader) / timeOf('exceljs')];
        });
        const figures = times.map((time) => time.toFixed(2));
        const memory = Math.max(...all.map(({ megabytes }) => megabytes)).toFixed(0);
        say(`| ${[name, reader, ...figures, memory, all[0]?.cells].join(' | ')} |`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
