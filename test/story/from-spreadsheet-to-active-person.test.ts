import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { violationsOf } from './accessibility';
import { newcomer } from './newcomer';
import { picture } from './pictures';
import { buildProgram, type RunningProgram, startProgram } from './running-program';

/** Saved by LibreOffice: four new people, one who moves, one who stays as she is, and one with a misspelt project. */
const springTeam = join(__dirname, 'spring-team.xlsx');
const password = 'seven quiet lanterns';
const importChannel = 'people-imports';

// Other tests and a compiler may be at work beside these.
jest.setTimeout(180_000);

let browser: Browser;
let program: RunningProgram;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await buildProgram();
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  program = await startProgram();
  await look(1280, 800);
});
afterEach(async () => {
  await context.close();
  expect(await program.stop()).toBe(0);
  expect(program.output()).not.toMatch(/"level":(50|60)/);
});

/** Opens the printed address in a window of this size. */
async function look(width: number, height: number): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', timezoneId: 'UTC' });
  context.setDefaultTimeout(30_000);
  complaints = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page = await context.newPage();
  await page.goto(program.address);
}

test('a newcomer drops a spreadsheet, confirms it, follows the invitation, and the person is active', async () => {
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  await picture(page, '1-who-are-you', { x: 210, y: 48, width: 860, height: 752 });

  const ada = newcomer(page);
  await ada.choosePerson('Ada Lindqvist');
  await ada.goTo(importChannel);
  await ada.dragOver(springTeam);
  await page.getByText(`Upload to #${importChannel}`).waitFor();
  await ada.drop(springTeam);

  const preview = ada.message('to invite');
  await preview.getByRole('button', { name: 'Confirm 5 changes' }).waitFor();
  expect(await preview.textContent()).toMatch(/4 to invite · 1 to update · 1 unchanged · 1 failing/);
  expect(await preview.textContent()).toContain('did you mean “Apollo”?');
  await ada.message('The whole plan, a row for each person.').waitFor();
  await page.setViewportSize({ width: 1280, height: 1080 });
  await picture(page, '2-preview');
  await page.setViewportSize({ width: 1280, height: 800 });

  await preview.getByRole('button', { name: 'Confirm 5 changes' }).click();
  const summary = ada.message(/Done: 4 invited, 1 updated, 1 unchanged and 1 failed/);
  await summary.waitFor();
  await ada.message('The failing rows, each with what is wrong.').waitFor();
  await summary.scrollIntoViewIfNeeded();
  await picture(page, '3-summary');

  await ada.goTo(/Mail room/);
  await page.getByRole('button', { name: 'clara.weiss@orbit.example' }).click();
  const mail = page.frameLocator('iframe[title^="Mail:"]');
  await mail.getByText('Hello Clara,').waitFor();
  await mail
    .getByText(/Apollo/)
    .first()
    .waitFor();
  await picture(page, '4-invitation');

  const [form] = await Promise.all([
    context.waitForEvent('page'),
    mail.getByRole('link', { name: 'Activate my account' }).click(),
  ]);
  await form.getByRole('heading', { name: 'Welcome, Clara' }).waitFor();
  expect(new URL(form.url()).origin).toBe(program.address);
  await form.getByLabel('Last name').fill('Weiß-Adler');
  await form.getByLabel('Password', { exact: true }).fill(password);
  await form.getByLabel('The same password again').fill(password);
  await picture(form, '5-activation');
  await form.getByRole('button', { name: 'Activate my account' }).click();
  await form.getByRole('heading', { name: 'You’re in, Clara.' }).waitFor();
  await picture(form, '6-active');
  await form.close();

  await ada.goTo(importChannel);
  await ada.type('/users list clara');
  const list = ada.message('1 user');
  await list.getByText('Clara Weiß-Adler').waitFor();
  expect(await list.textContent()).toMatch(/clara\.weiss@orbit\.example\s*Active · 3 projects/);
  await list.scrollIntoViewIfNeeded();
  await picture(page, '7-list');
  expect(complaints).toEqual([]);
});

test('on a phone the same preview is read and confirmed', async () => {
  await look(390, 844);
  const ada = newcomer(page);
  await ada.choosePerson('Ada Lindqvist');
  await ada.goTo(importChannel);
  await ada.drop(springTeam);
  const preview = ada.message('to invite');
  const confirm = preview.getByRole('button', { name: 'Confirm 5 changes' });
  await confirm.waitFor();
  await ada.message('The whole plan, a row for each person.').waitFor();
  await confirm.scrollIntoViewIfNeeded();
  await picture(page, 'on-a-phone');
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await confirm.click();
  await ada.message(/Done: 4 invited/).waitFor();
  expect(complaints).toEqual([]);
});

test('with the keyboard alone, somebody invites a person', async () => {
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () =>
    page.evaluate(`(() => {
      const { activeElement, body } = document;
      return activeElement === body ? '' : activeElement.innerText || activeElement.getAttribute('aria-label') || '';
    })()`);
  /** Goes on with Tab until what has the focus is named so. */
  const tabTo = async (name: RegExp) => {
    for (let steps = 0; steps < 60; steps += 1) {
      if (name.test(String(await focused()))) return;
      await press('Tab');
    }
    throw new Error(`Tab never reached ${name}; the focus is on ${await focused()}`);
  };
  await tabTo(/Ada Lindqvist/);
  await press('Enter');
  // Writing begins at once: the box has the focus.
  await page.getByRole('textbox', { name: /^Message / }).waitFor();
  await page.keyboard.type('/users invite');
  await press('Enter');
  await page.getByRole('dialog', { name: 'Invite people' }).getByLabel('E-mail addresses').waitFor();
  await page.keyboard.type('Rosa Ibarra <rosa.ibarra@orbit.example>');
  await press('Tab');
  await page.keyboard.type('Tester');
  await press('Enter', 'Tab');
  await page.keyboard.type('Lantern');
  await page.getByRole('option', { name: 'Lantern Mobile' }).waitFor();
  await press('Enter');
  await tabTo(/^Invite$/);
  await press('Enter');
  await page.getByRole('dialog').getByText('Invited 1 person.').waitFor();
  await page.getByRole('dialog').getByText('Rosa Ibarra').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused()).toBe('Message #general');
});

// The box has the focus, but Chromium lets nothing be typed there until it has lost and regained it.
test('once a form is closed, one can type on at once', async () => {
  const ada = newcomer(page);
  await ada.choosePerson('Ada Lindqvist');
  await ada.type('/users invite');
  await page.getByLabel('E-mail addresses').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.type('hello');
  expect(await page.getByRole('textbox', { name: /^Message / }).inputValue()).toBe('hello');
});

test.each([
  ['wide', 1280, 800],
  ['on a phone', 390, 844],
])('the main states of the page have no barrier that axe-core finds, %s', async (_, width, height) => {
  await look(width, height);
  const found: [state: string, violations: string[]][] = [];
  const examine = async (state: string) => void found.push([state, await violationsOf(page)]);
  const ada = newcomer(page);
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  await examine('who are you');
  await ada.choosePerson('Ada Lindqvist');
  await ada.goTo(importChannel);
  await ada.drop(springTeam);
  await ada.message('The whole plan, a row for each person.').waitFor();
  await examine('conversation with a preview');
  await ada.type('/users invite');
  await page.getByLabel('E-mail addresses').waitFor();
  await examine('form');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await ada.type('/users list');
  await ada.message('page 1 of').waitFor();
  await examine('list of people');
  await ada.message('to invite').getByRole('button', { name: 'Confirm' }).click();
  await ada.message(/Done: 4 invited/).waitFor();
  await examine('conversation with a summary');
  await ada.goTo(/^Usher( \(new\))?$/);
  await page.getByRole('tab', { name: 'Home' }).click();
  await page.getByText('Pending invitations').first().waitFor();
  await examine('home');
  if (width > 1000) await picture(page, 'home');
  await ada.goTo(/Mail room/);
  await page.getByRole('button', { name: 'clara.weiss@orbit.example' }).click();
  const mail = page.frameLocator('iframe[title^="Mail:"]');
  await mail.getByText('Hello Clara,').waitFor();
  await examine('mail');
  const href = await mail.getByRole('link', { name: 'Activate my account' }).getAttribute('href');
  await page.goto(href ?? '');
  await page.getByRole('heading', { name: 'Welcome, Clara' }).waitFor();
  await examine('activation');
  expect(found.filter(([, violations]) => violations.length > 0)).toEqual([]);
});
