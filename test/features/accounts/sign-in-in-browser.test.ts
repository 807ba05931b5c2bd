import type { Browser, BrowserContext } from 'playwright-core';
import { endSession } from '../../../src/features/sessions/end-sessions.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { type AccountPages, password, someProvider, startAccountPages } from '../../support/account-pages';
import { launchBrowser } from '../../support/browser';
import { forEachDatabase } from '../../support/databases';
import { examinePage } from '../../support/examine-page';
import { signedIn } from '../../support/sessions';

forEachDatabase((database) => {
  let browser: Browser;
  let pages: AccountPages | undefined;
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context?.close();
    await pages?.server.stop();
    pages = undefined;
  });
  async function begin(options: Parameters<Browser['newContext']>[0] = {}) {
    pages = await startAccountPages(database, someProvider);
    context = await browser.newContext({ baseURL: pages.server.url, ...options });
    return { ...pages, context, page: await context.newPage() };
  }

  test('without JavaScript and with the keyboard alone, a person signs in at the cap, makes a token and signs out', async () => {
    const { ctx, user, page } = await begin({ javaScriptEnabled: false });
    for (const name of ['chrome', 'firefox', 'safari']) await signedIn(ctx, user.id, name);
    await page.goto('/account');
    await page.getByLabel('E-mail').focus();
    await page.keyboard.insertText('ada@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(password);
    await page.keyboard.press('Enter');
    await page
      .getByRole('button', { name: /^End this one and sign in \(Firefox on Linux, started/ })
      .last()
      .focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    expect(page.url()).toMatch(/\/account$/);
    await page.getByLabel('Name of a new token').focus();
    await page.keyboard.insertText('Build server');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Token', { exact: true }).inputValue()).toMatch(/^uk_/);
    await page.getByRole('button', { name: 'Revoke the token Build server' }).press('Enter');
    await page.getByText('The token is revoked.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).press('Enter');
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(await database.db('sessions').whereNull('ended_at').pluck('client_id')).toHaveLength(2);
  });

  test('R85, R89: two tabs are one session, and both are told when an admin ends it', async () => {
    const { ctx, context, page } = await begin();
    const tab = await context.newPage();
    for (const one of [page, tab]) await one.goto('/sign-in?return_to=/account');
    for (const one of [page, tab]) {
      await one.getByLabel('E-mail').fill('ada@example.com');
      await one.getByLabel('Password').fill(password);
      await one.getByRole('button', { name: 'Sign in' }).click();
      await one.getByText('This browser').waitFor();
    }
    const open = await database.db('sessions').whereNull('ended_at').select('id', 'client_name');
    expect(open).toEqual([{ id: expect.any(Number), client_name: 'Chrome on Linux' }]);
    await endSession(ctx, open[0].id);
    for (const one of [page, tab]) {
      await one.reload();
      await one.getByText('Your session was ended by an administrator.').waitFor();
    }
  });

  test('after a wrong password the focus is on what went wrong, and the address is still there', async () => {
    const { page } = await begin();
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill('not this one');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.evaluate((element) => element.ownerDocument.activeElement === element)).toBe(true);
    expect(await page.title()).toBe('Error: Sign in · Usher');
    expect(await page.getByLabel('E-mail').inputValue()).toBe('ada@example.com');
  });

  // What a browser makes of a page does not depend on the database behind it.
  if (database.dialect !== 'SQLite') return;
  test.each([
    ['wide', 1280, 'light'],
    ['wide', 1280, 'dark'],
    ['a phone', 360, 'light'],
    ['a phone', 360, 'dark'],
    ['as narrow as WCAG asks', 320, 'light'],
  ] as const)('every page is accessible and fits, %s (%i px) and %s', async (_, width, colorScheme) => {
    const { ctx, user, page } = await begin({ viewport: { width, height: 800 }, colorScheme });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
    });
    await storeSetting(ctx, 'auth.sso', true);
    for (const name of ['chrome', 'firefox', 'safari']) await signedIn(ctx, user.id, name);
    await signedIn(ctx, user.id, 'program', 'api');
    await page.goto('/sign-in/sso/callback');
    await examinePage(page, 'SSO that nobody began');
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Sign in with SSO' }).waitFor();
    await page.getByText('Can’t sign in?').click();
    await examinePage(page, 'sign in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await examinePage(page, 'empty');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('do not open an account here').waitFor();
    await examinePage(page, 'wrong');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Choose a session to end' }).waitFor();
    await examinePage(page, 'choice');
    await page
      .getByRole('button', { name: /^End this one/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await examinePage(page, 'account');
    await page.getByLabel('Name of a new token').fill('W'.repeat(80));
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByText('Your new token').waitFor();
    await examinePage(page, 'new token');
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByRole('link', { name: 'Enter a name for the token' }).waitFor();
    await examinePage(page, 'token without a name');
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByText('All your other sessions are ended.').waitFor();
    await examinePage(page, 'done');
    await page.goto('/sign-out');
    await examinePage(page, 'sign out');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await examinePage(page, 'signed out');
    const { token, session } = await signedIn(ctx, user.id, 'here');
    await endSession(ctx, session.id);
    await page.context().addCookies([{ name: 'usher_session', value: token, url: pages?.server.url ?? '' }]);
    await page.goto('/account');
    await page.getByText('Your session was ended by an administrator.').waitFor();
    await examinePage(page, 'ended');
    expect(complaints).toEqual([]);
  });
});
