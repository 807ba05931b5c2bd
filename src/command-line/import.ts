import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { confirmImport } from '../features/imports/confirm-import.service';
import { discardImport } from '../features/imports/discard-import.service';
import { writeErrorWorkbook, writePlanWorkbook } from '../features/imports/import-workbooks.service';
import { importProgress, planImport } from '../features/imports/imports.service';
import type { ImportPreview, ImportProgress } from '../features/imports/imports.types';
import { runImport } from '../features/imports/run-import.service';
import { second } from '../lib/duration';
import { count } from '../lib/plain-text';
import type { Context } from '../platform/context';
import type { News } from '../platform/news';
import { exitCodes, Refused } from './failures';
import { letGo, previewLines, seatsShort, summaryLine } from './import.text';
import { newFileBeside, writeWhole } from './output-file';
import { agrees } from './question';
import type { Progress } from './screen';
import type { Session } from './session';

interface ImportOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly plan?: string;
}

/** A plan that others keep overtaking is shown anew so often. */
const mostPlans = 5;

export function addImportCommand(program: Command, session: Session): void {
  program
    .command('import')
    .argument('<FILE>', 'a spreadsheet of people, .xlsx or .csv')
    .option('-n, --dry-run', 'only show what it would do')
    .option('-y, --yes', 'do not ask; compulsory where nobody can be asked')
    .option('--plan <FILE.xlsx>', 'also write the whole plan, row by row')
    .description('shows what a spreadsheet would change, asks, and does it')
    .addHelpText(
      'after',
      '\nExit codes: 0 all rows are done, 2 some failed (they are written to FILE.errors.xlsx), 1 nothing was done.',
    )
    .action(async (given: string, options: ImportOptions) => {
      process.exitCode = await importFile(session, session.path(given), options);
    });
}

async function importFile(session: Session, path: string, options: ImportOptions): Promise<number> {
  const { screen } = session;
  if (!options.yes && !options.dryRun && !screen.isTerminal)
    throw new Refused(
      'Nobody can be asked here. Say --yes to import without asking, or --dry-run to see the plan only.',
    );
  const { size } = await stat(path);
  const progress = screen.progress(basename(path), 'rows');
  let moved: (importId: number) => Promise<void> = async () => undefined;
  const hear = async (news: News) => {
    if (news.kind === 'import_moved') await moved(news.importId);
  };
  return session.withSite(async (ctx) => {
    const preview = await planImport(ctx, {
      path,
      fileName: basename(path),
      fileSize: size,
      uploaderSlackId: null,
      uploaderUserId: null,
      conversationId: null,
      slackFileId: null,
    });
    moved = async (importId) => tell(progress, await importProgress(ctx, importId));
    const started = await decide(session, ctx, preview, options, path);
    if (typeof started === 'number') return started;
    return carryOut(session, ctx, started.id, path, progress);
  }, hear);
}

/** Shows the plan and lets the operator decide. @returns the import that was started, or how the command ended without one */
async function decide(
  session: Session,
  ctx: Context,
  first: ImportPreview,
  options: ImportOptions,
  path: string,
): Promise<ImportPreview | number> {
  const { screen } = session;
  let preview = first;
  const leave = async (code: number): Promise<number> => {
    await discardImport(ctx, preview.id);
    return code;
  };
  if (preview.state === 'refused') {
    screen.complain(preview.problem ?? 'This file cannot be imported.');
    return leave(exitCodes.failed);
  }
  for (let round = 1; ; round += 1) {
    for (const line of previewLines(preview)) screen.say(line);
    const { plan } = options;
    if (plan !== undefined && round === 1) {
      const target = session.path(plan);
      await writeWhole(target, false, (unfinished) => writePlanWorkbook(ctx, preview.id, unfinished)).catch(
        async (error: unknown) => {
          await leave(exitCodes.failed);
          throw error;
        },
      );
      screen.say(`The whole plan is in ${target}`);
    }
    const { counts, seats } = preview;
    const changes = counts.invite + counts.update;
    if (seats.needed > seats.free) {
      screen.complain(seatsShort(preview));
      return leave(exitCodes.failed);
    }
    if (options.dryRun) {
      screen.say('This was a dry run: nothing was changed.');
      return leave(counts.fail > 0 ? exitCodes.partly : exitCodes.done);
    }
    if (changes === 0) {
      if (counts.fail === 0) {
        screen.say('There is nothing to change: everything is like this already.');
        return leave(exitCodes.done);
      }
      screen.complain(
        `No row can be imported as it is. The failing ones are in ${await writeErrors(ctx, preview.id, path)}`,
      );
      return leave(exitCodes.failed);
    }
    if (!options.yes && !(await agrees(`Carry out ${count(changes, 'change')}?`, session.stopping))) {
      screen.say('Nothing was changed.');
      return leave(session.stopping.aborted ? exitCodes.stopped : exitCodes.failed);
    }
    const confirmed = await confirmImport(ctx, preview.id);
    if ('started' in confirmed) return confirmed.started;
    if (!('changed' in confirmed) || round === mostPlans) {
      screen.complain('The data keep changing, so nothing was done. Run the command again in a quiet moment.');
      return leave(exitCodes.failed);
    }
    preview = confirmed.changed;
    screen.say('\nThe data changed meanwhile, so the file was planned anew:\n');
  }
}

function tell(progress: Progress, { total, outcomes }: ImportProgress): void {
  const failed = outcomes.failed === 0 ? '' : `${outcomes.failed.toLocaleString('en-US')} failed`;
  progress.at(total - outcomes.pending, total, failed);
}

async function carryOut(session: Session, ctx: Context, id: number, path: string, progress: Progress): Promise<number> {
  const { screen, stopping } = session;
  tell(progress, await importProgress(ctx, id));
  await runImport(ctx, id, stopping);
  let ended = await importProgress(ctx, id);
  // A server may have been quicker to take it up; its rows are watched from here.
  const goesOn = ({ state }: ImportProgress) => state === 'running' || state === 'paused';
  while (goesOn(ended) && !stopping.aborted) {
    tell(progress, ended);
    await pause(second, undefined, { signal: stopping }).catch(() => undefined);
    await runImport(ctx, id, stopping);
    ended = await importProgress(ctx, id);
  }
  progress.end();
  if (goesOn(ended)) {
    screen.complain(letGo(ended));
    return exitCodes.stopped;
  }
  screen.say(summaryLine(ended));
  if (ended.problem !== null) screen.complain(ended.problem);
  const { invited, updated, failed, pending } = ended.outcomes;
  if (failed + pending === 0) return exitCodes.done;
  const left =
    pending === 0 ? `${count(failed, 'row')} failed` : `${count(failed + pending, 'row')} failed or were not run`;
  screen.complain(`${left}. Correct and import: ${await writeErrors(ctx, id, path)}`);
  return invited + updated === 0 ? exitCodes.failed : exitCodes.partly;
}

/** @returns the name of the workbook with the failing rows, which is beside the file that was imported */
async function writeErrors(ctx: Context, id: number, path: string): Promise<string> {
  const target = await newFileBeside(path, 'errors');
  await writeErrorWorkbook(ctx, id, target);
  return target;
}
