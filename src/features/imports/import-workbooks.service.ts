import type { Context } from '../../platform/context';

/** Writes the whole plan of a preview to `path`: a row a user, with every `field: old → new`. */
export async function writePlanWorkbook(_ctx: Context, _id: number, _path: string): Promise<void> {
  throw new Error('not written yet');
}

/** Writes the failing rows to `path`: `Row, Field, Error`, then the columns of an import, ready to be corrected. */
export async function writeErrorWorkbook(_ctx: Context, _id: number, _path: string): Promise<void> {
  throw new Error('not written yet');
}

/** Writes an empty workbook with the header, its notes and drop-downs to `path`. */
export async function writeTemplateWorkbook(_ctx: Context, _path: string): Promise<void> {
  throw new Error('not written yet');
}
