import { orderOf } from '../../lib/order-of';
import { remembered } from '../../lib/remembered';
import { defaultSheetLimits } from '../../platform/sheets/sheet.types';
import type { Catalogue } from '../access/access.service';
import type { GivenTexts } from './exports.types';

/** Far more than there are kinds of people at most sites, and of texts this long not more than a few megabytes. */
const mostKinds = 1000;
const longestKept = 1000;

interface ProjectCells {
  readonly projects: string;
  readonly profiles: string;
  readonly isCut: boolean;
}

/** What the cells say that hold several names. */
export interface GivenCells {
  /** Null for whoever is in no project that is in use. */
  readonly inProjects: ProjectCells | null;
  readonly groups: string;
  /** There are more projects or groups than a cell takes; those cells are blank. */
  readonly isCut: boolean;
}

/** What is called how, by id. */
export const namesById = (items: readonly { readonly id: number; readonly name: string }[]) =>
  new Map(items.map(({ id, name }) => [id, name]));

/** Names one a line; null where a cell does not take them all. */
function listCell(names: readonly string[]): string | null {
  const text = names.join('\n');
  return text.length > defaultSheetLimits.maxCellLength ? null : text;
}

/**
 * Profiles pair with the projects line by line. Where an archived profile has no name to import, or the names do not fit,
 * the cells are blank: an import leaves what they are about as it is.
 */
function projectCellsOf({ projects, profiles }: Catalogue): (text: string) => ProjectCells | null {
  const [projectNames, profileNames, inOrder] = [namesById(projects), namesById(profiles), orderOf(projects)];
  return (text) => {
    const given = Object.entries(JSON.parse(text) as Record<string, number>);
    const inUse = inOrder(given, ([projectId]) => Number(projectId));
    if (inUse.length === 0) return null;
    const known = inUse.flatMap(([, profileId]) => profileNames.get(profileId) ?? []);
    const profileCell = known.length < inUse.length ? '' : listCell(known);
    const projectCell = listCell(inUse.map(([projectId]) => projectNames.get(Number(projectId)) ?? ''));
    const isCut = projectCell === null || profileCell === null;
    return isCut ? { projects: '', profiles: '', isCut } : { projects: projectCell, profiles: profileCell, isCut };
  };
}

function groupCellOf({ groups }: Catalogue): (text: string) => string | null {
  const [names, inOrder] = [namesById(groups), orderOf(groups)];
  return (text) => listCell(inOrder(JSON.parse(text) as number[], (id) => id).map((id) => names.get(id) ?? ''));
}

/** What is made of long texts is not kept, so that a thousand of them cannot fill the memory. */
function rememberedIfShort<Made>(make: (text: string) => Made): (text: string) => Made {
  const again = remembered(make, mostKinds);
  return (text) => (text.length > longestKept ? make(text) : again(text));
}

/** Makes the cells about what somebody is in, with the names and in the order of the catalogue. */
export function givenCellsOf(catalogue: Catalogue): (given: GivenTexts) => GivenCells {
  const projectCells = rememberedIfShort(projectCellsOf(catalogue));
  const groupCell = rememberedIfShort(groupCellOf(catalogue));
  return (given) => {
    const inProjects = projectCells(given.projects);
    const groups = groupCell(given.groups);
    return { inProjects, groups: groups ?? '', isCut: groups === null || inProjects?.isCut === true };
  };
}
