import { parseStatus } from '../users/users.types';
import { parseYesNo } from './cell-text';
import type { ImportRow } from './imports.types';

// More than a file has rows; three times as many fit into the column.
const positionsPerPhase = 2 ** 24;

/** The parts of an import, one after the other. */
export const phases = [0, 1, 2] as const;

/** The positions that rows of one phase have. */
export function positionsOf(phase: number): { readonly from: number; readonly before: number } {
  return { from: phase * positionsPerPhase, before: (phase + 1) * positionsPerPhase };
}

export const phaseAt = (position: number): number => Math.floor(position / positionsPerPhase);

/**
 * Where a row stands in the order in which rows are applied, which depends on its cells only: those that make admins come
 * first, so that a site never is without one, then those that free seats, then all others; each kind in the order of the
 * file. Positions have gaps, so that no row needs to know of another.
 * @param ordinal the how manieth row of the file it is
 */
export function positionOf(cells: ImportRow['cells'], ordinal: number): number {
  return positionsOf(phaseOf(cells)).from + ordinal;
}

function phaseOf(cells: ImportRow['cells']): number {
  if (cells.status !== undefined && parseStatus(cells.status.text) === 'disabled') return 1;
  return cells.admin !== undefined && parseYesNo(cells.admin.text) === true ? 0 : 2;
}
