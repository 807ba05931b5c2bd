import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** What somebody does with mouse and keyboard in the local workspace. */
export interface Newcomer {
  choosePerson(name: string): Promise<void>;
  goTo(place: string | RegExp): Promise<void>;
  /** Holds a file over the conversation, without letting go. */
  dragOver(path: string): Promise<void>;
  /** Lets it go there, and sends it. */
  drop(path: string): Promise<void>;
  type(text: string): Promise<void>;
  /** The newest message that holds this text. */
  message(text: string | RegExp): Locator;
}

export function newcomer(page: Page): Newcomer {
  const transferOf = (path: string) =>
    page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${readFileSync(path).toString('base64')}'), (sign) => sign.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], ${JSON.stringify(basename(path))}));
      return transfer;
    })()`);
  const zone = page.locator('.drop-zone');
  return {
    async choosePerson(name) {
      await page.getByRole('button', { name }).click();
      await page.locator('#sidebar .side-item').first().waitFor({ state: 'attached' });
    },
    async goTo(place) {
      const drawer = page.getByRole('button', { name: 'Channels and mail' });
      const entry = page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: place });
      // On a phone's width the page shows a first conversation when it has loaded, which closes a drawer opened before.
      for (let attempt = 1; ; attempt += 1) {
        if (await drawer.isVisible()) await drawer.click();
        try {
          return await entry.click({ timeout: 5000 });
        } catch (error) {
          if (attempt === 5) throw error;
        }
      }
    },
    async dragOver(path) {
      await zone.dispatchEvent('dragenter', { dataTransfer: await transferOf(path) });
    },
    async drop(path) {
      await zone.dispatchEvent('drop', { dataTransfer: await transferOf(path) });
      await page.getByRole('list', { name: 'Attached files' }).getByText(basename(path)).waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
    },
    async type(text) {
      const box = page.getByRole('textbox', { name: /^Message / });
      await box.fill(text);
      await box.press('Enter');
    },
    message: (text) => page.getByRole('article').filter({ hasText: text }).last(),
  };
}
