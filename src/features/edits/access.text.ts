import type { KnownBlock } from '@slack/types';
import { count } from '../../lib/plain-text';
import { bold, emoji, list, note, type Piece, paragraph } from '../../platform/slack/blocks';
import type { ProjectWork } from '../access/open-work.service';
import { undoSlot } from '../operations/operations.text';
import { displayName } from '../users/users.types';
import type { AccessForm, AccessResult } from './access.types';
import { removed, withDraft } from './access-set';

/** Lines of one page of projects: with long names far below what a modal holds. */
export const projectsPerPage = 25;
// Of lines that only inform, so many are read.
const linesShown = 25;

function some(lines: readonly string[]): KnownBlock {
  const shown = lines.slice(0, linesShown).map((line): Piece[] => [line.slice(0, 300)]);
  return list(lines.length > linesShown ? [...shown, [`… and ${lines.length - linesShown} more`]] : shown);
}

const workText = ({ runs, cases }: Pick<ProjectWork, 'runs' | 'cases'>) =>
  `${count(runs, 'test run')} below 100 % and ${count(cases, 'case')} without a final result`;

/** What would become unassigned, in all and by project. */
function workBlocks(work: readonly ProjectWork[], names: ReadonlyMap<number, string>): KnownBlock[] {
  if (work.length === 0) return [];
  const total = work.reduce((sum, { runs, cases }) => ({ runs: sum.runs + runs, cases: sum.cases + cases }), {
    runs: 0,
    cases: 0,
  });
  return [
    paragraph(emoji('warning'), ' ', bold(`Open work becomes unassigned: ${workText(total)}.`), ' Save to go on.'),
    some(work.map((entry) => `${names.get(entry.projectId) ?? '–'}: ${workText(entry)}`)),
  ];
}

/** What is on one page, and what the draft would change in it. */
export function accessBlocks(form: AccessForm, page: number): KnownBlock[] {
  const { user, now, draft, projectNames, profileNames, meanwhile, problems, work } = form;
  const profileName = (id: number | undefined) => profileNames.get(id ?? 0) ?? 'a profile that is gone';
  const ids = [...new Set([...now.keys(), ...draft.keys()])].sort((one, other) =>
    (projectNames.get(one) ?? '').localeCompare(projectNames.get(other) ?? ''),
  );
  const line = (id: number): Piece[] => {
    const name = bold(projectNames.get(id) ?? '–');
    const wanted = draft.get(id);
    if (wanted === undefined) return [name, `  ${profileName(now.get(id))}`];
    if (wanted === removed) return [emoji('heavy_minus_sign'), ' ', name, `  ${profileName(now.get(id))} → removed`];
    if (!now.has(id)) return [emoji('heavy_plus_sign'), ' ', name, `  added as ${profileName(wanted)}`];
    return [emoji('pencil2'), ' ', name, `  ${profileName(now.get(id))} → ${profileName(wanted)}`];
  };
  const pages = pagesOf(form);
  const shown = ids.slice(page * projectsPerPage, (page + 1) * projectsPerPage);
  return [
    ...(meanwhile === null
      ? []
      : [
          paragraph(
            emoji('warning'),
            ' ',
            bold('Somebody changed this person’s projects while your form was open, so nothing was saved.'),
            ' Your changes are still on the list. Look it over and save again.',
          ),
          ...(meanwhile.length > 0 ? [some(meanwhile)] : []),
        ]),
    ...problems.slice(0, 10).map((problem) => paragraph(emoji('warning'), ` ${problem}`)),
    paragraph(
      bold(displayName(user)),
      ` (${user.email}) is in ${count(now.size, 'project')}.${user.isAdmin ? ' As an admin they may do anything in every project.' : ''}${pages > 1 ? ` Page ${page + 1} of ${pages}.` : ''}`,
    ),
    ...(shown.length > 0 ? [list(shown.map(line))] : []),
    ...(draft.size > 0
      ? [paragraph(bold(`${count(withDraft(now, draft).size, 'project')} after saving`), `. ${draftText(form)}`)]
      : []),
    ...workBlocks(work, projectNames),
  ];
}

export function pagesOf({ now, draft }: Pick<AccessForm, 'now' | 'draft'>): number {
  return Math.max(1, Math.ceil(new Set([...now.keys(), ...draft.keys()]).size / projectsPerPage));
}

function draftText({ now, draft }: AccessForm): string {
  const leaving = [...draft.values()].filter((profileId) => profileId === removed).length;
  const added = [...draft].filter(([id, profileId]) => profileId !== removed && !now.has(id)).length;
  return `Not saved yet: ${added} added, ${leaving} removed, ${draft.size - added - leaving} with another profile.`;
}

/** What saving did. */
export function accessSavedBlocks(result: Exclude<AccessResult, { kind: 'again' }>): KnownBlock[] {
  const name = displayName(result.user);
  if (result.kind === 'unchanged') {
    return [paragraph(emoji('heavy_minus_sign'), ` Nothing was on the list, so ${name} stays in the same projects.`)];
  }
  const total = result.work.reduce((sum, { runs, cases }) => ({ runs: sum.runs + runs, cases: sum.cases + cases }), {
    runs: 0,
    cases: 0,
  });
  return [
    paragraph(emoji('white_check_mark'), ' ', bold(`Saved the projects and profiles of ${name}.`)),
    some(result.lines),
    ...(result.work.length > 0 ? [paragraph(`Unassigned now: ${workText(total)}.`)] : []),
    ...undoSlot(result.operationId, true),
    note('Only you see this.'),
  ];
}
