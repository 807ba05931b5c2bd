import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readEnvironment } from '../../src/config';

const folder = join(__dirname, '../../docs/images');
const isWanted = readEnvironment().UPDATE_IMAGES === '1';

type Part = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Keeps a picture for the README, when UPDATE_IMAGES=1 asks for new ones; a usual run changes no file. */
export async function picture(page: Page, name: string, clip?: Part): Promise<void> {
  if (!isWanted) return;
  mkdirSync(folder, { recursive: true });
  // Nothing lies under the pointer.
  await page.mouse.move(0, 0);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide', ...(clip === undefined ? {} : { clip }) });
}
