import type { Browser } from 'playwright-core';
import { accountPages } from '../../../src/features/accounts/accounts.pages';
import { issueLinks, linkUrl } from '../../../src/features/credentials/links.service';
import { day } from '../../../src/lib/duration';
import { inTransaction } from '../../../src/platform/db/transaction';
import { launchBrowser } from '../../support/browser';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { examinePage } from '../../support/examine-page';
import { type PageServer, startPages } from '../../support/pages';

forEachDatabase((database) => {
  let browser: Browser;
  let server: PageServer | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function begin() {
    const ctx = testContext(database);
    server = await startPages(ctx, { routes: [accountPages(ctx)] });
    const user = await insertUser(database.db, {
      email: 'ada.lovelace@example.com',
      first_name: 'Ada',
      last_name: '',
      status: 'invited',
    });
    const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [user.id], 'activation', 7 * day))).get(user.id);
    if (link === undefined) throw new Error('no link');
    return { ctx, user, link: linkUrl(ctx, link).reveal().replace(ctx.config.publicUrl, server.url), base: server.url };
  }

  test('without JavaScript and with the keyboard alone, a person activates their account', async () => {
    const { user, link } = await begin();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(link);
    const type = async (text: string) => page.keyboard.insertText(text);
    await page.getByLabel('First name').focus();
    await page.keyboard.press('Tab');
    await type('Lovelace');
    await page.keyboard.press('Tab');
    await type('teal kite moon');
    await page.keyboard.press('Tab');
    await type('teal kite moon');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You’re in, Ada.' }).waitFor();
    expect(page.url()).not.toContain('token');
    await context.close();
    expect(await database.db('users').where({ id: user.id }).first()).toMatchObject({
      status: 'active',
      last_name: 'Lovelace',
    });
  });

  test('a mistake takes the focus to the summary, and from there to its field', async () => {
    const { link } = await begin();
    const page = await browser.newPage();
    await page.goto(link);
    await page.getByLabel('First name').fill('');
    await page.getByRole('button', { name: 'Activate my account' }).click();
    const summary = page.getByRole('alert');
    await summary.waitFor();
    expect(await summary.evaluate((element) => element.ownerDocument.activeElement === element)).toBe(true);
    await page.getByRole('link', { name: 'Choose a password.' }).click();
    const field = page.getByLabel('Password', { exact: true });
    expect(await field.evaluate((element) => element.ownerDocument.activeElement === element)).toBe(true);
    expect(await field.getAttribute('aria-describedby')).toBe('password-hint password-problem');
    await page.close();
  });

  // What a browser makes of a page does not depend on the database behind it.
  if (database.dialect !== 'SQLite') return;
  test.each([
    ['wide', 1280, 'light'],
    ['wide', 1280, 'dark'],
    ['narrow', 390, 'light'],
    ['narrow', 390, 'dark'],
    ['as narrow as WCAG asks', 320, 'light'],
  ] as const)('every page is accessible and fits, %s (%i px) and %s', async (_, width, colorScheme) => {
    const { link, base } = await begin();
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
    });
    const examine = (name: string) => examinePage(page, name);
    await page.goto(link);
    await examine('form');
    await page.getByLabel('First name').fill('');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button').click();
    await page.getByRole('alert').waitFor();
    await examine('mistakes');
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Password', { exact: true }).fill('teal kite moon');
    await page.getByLabel('The same password again').fill('teal kite moon');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'You’re in' }).waitFor();
    await examine('done');
    expect(await page.getByRole('link', { name: 'Sign in now' }).getAttribute('href')).toBe('/sign-in');
    await page.goto(link);
    await examine('used');
    await page.goto(`${base}/activate?token=x`);
    await examine('unknown');
    await page.goto(`${base}/nowhere`);
    await examine('nowhere');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
