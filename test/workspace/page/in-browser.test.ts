import { readFileSync } from 'node:fs';
import type { AckFn } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { type BoltWorld, startBoltWorld } from '../../support/bolt-app';
import { launchBrowser } from '../../support/browser';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (text: string) => ({ text: plain(text), value: text });

const loading: ModalView = {
  type: 'modal',
  title: plain('Invite'),
  blocks: [{ type: 'section', text: plain('Loading…') }],
};

function inviteForm(title: string): ModalView {
  const roles = ['Tester', 'Reader'].map(option);
  return {
    type: 'modal',
    callback_id: 'invite',
    title: plain(title),
    submit: plain('Send'),
    blocks: [
      {
        type: 'input',
        block_id: 'emails',
        label: plain('Addresses'),
        element: { type: 'plain_text_input', action_id: 'value', multiline: true },
      },
      {
        type: 'input',
        block_id: 'role',
        label: plain('Role'),
        element: { type: 'static_select', action_id: 'value', options: roles },
      },
      {
        type: 'input',
        block_id: 'projects',
        optional: true,
        label: plain('Projects'),
        element: { type: 'multi_external_select', action_id: 'projects', min_query_length: 0 },
      },
      { type: 'actions', elements: [{ type: 'button', action_id: 'again', text: plain('Rename') }] },
    ],
  };
}

const card: KnownBlock[] = [
  { type: 'header', text: plain('Licence') },
  {
    type: 'section',
    text: { type: 'mrkdwn', text: '*4 of 5* seats :ticket: &lt;!channel&gt; <https://x.example|more>' },
  },
  { type: 'actions', elements: [{ type: 'button', action_id: 'slow', text: plain('Count again'), style: 'primary' }] },
];

describe('the page in a browser', () => {
  let browser: Browser;
  let world: BoltWorld;
  let page: Page;
  let slowClicks = 0;
  let release: () => void = () => {};
  let submitted: unknown[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    slowClicks = 0;
    submitted = [];
    world = await startBoltWorld({ samples: [{ name: 'team.csv', note: 'Two people', bytes: Buffer.from('a,b\n') }] });
    const { app } = world;
    app.command('/porter', async ({ ack, command, client, respond }) => {
      await ack();
      if (command.text !== 'invite') return void (await respond({ text: 'Licence', blocks: card }));
      const { view } = await client.views.open({ trigger_id: command.trigger_id, view: loading });
      await client.views.update({ view_id: view?.id ?? '', view: inviteForm('Invite people') });
    });
    app.action('slow', async ({ ack }) => {
      slowClicks += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await ack();
    });
    app.action('again', async ({ ack, body, client }) => {
      await ack();
      const id = 'view' in body ? (body.view?.id ?? '') : '';
      await client.views.update({ view_id: id, view: inviteForm('Renamed') });
    });
    app.options('projects', async ({ ack, payload }) => {
      const found = ['Apollo', 'Gemini', 'Voyager'].filter((name) => name.toLowerCase().includes(payload.value));
      await (ack as AckFn<unknown>)({ options: found.map(option) });
    });
    app.view('invite', async ({ ack, view }) => {
      submitted.push(view.state.values);
      if (submitted.length > 1) return ack();
      return ack({ response_action: 'errors', errors: { emails: 'Ada is known already.' } });
    });
    app.event('app_home_opened', async ({ event, client }) => {
      if (event.tab === 'home')
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: card } });
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterEach(async () => {
    release();
    await page.context().close();
    await world.close();
  });

  const message = () => page.getByRole('textbox', { name: 'Message #general' });

  async function type(text: string): Promise<void> {
    await message().fill(text);
    await page.keyboard.press('Enter');
  }

  async function enter(as = 'ada'): Promise<void> {
    await page.goto(`${world.origin}/#/${as}`);
    await message().waitFor();
  }

  /** WCAG 2.2 AA findings of axe-core, one line each. */
  async function findings(): Promise<string[]> {
    await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    });
  }

  test('somebody picks who they are, and cannot be a bot or a deactivated account', async () => {
    await page.goto(world.origin);
    for (const name of [/^Robo/, /^Dora Gone/])
      await expect(page.getByRole('button', { name }).isDisabled()).resolves.toBe(true);
    expect(await findings()).toEqual([]);
    await page.getByRole('button', { name: /^Ben Okri/ }).click();
    await page.getByRole('button', { name: 'You are Ben Okri' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'You are Ben Okri' }).waitFor();
  });

  test('a command is completed by keys, and its answer is shown as Slack shows it', async () => {
    await enter();
    await message().pressSequentially('/por');
    await page.keyboard.press('Tab');
    expect(await message().inputValue()).toBe('/porter ');
    await page.keyboard.press('Enter');
    const answer = page.locator('[data-ephemeral]');
    await answer.getByText('Only visible to you').waitFor();
    expect(await answer.locator('.section-text').textContent()).toBe('4 of 5 seats  <!channel> more');
    expect(await answer.getByRole('link', { name: 'more' }).getAttribute('href')).toBe('https://x.example');
    expect(await findings()).toEqual([]);
  });

  test('a second click counts only once the first was acknowledged', async () => {
    await enter();
    await type('/porter');
    const button = page.getByRole('button', { name: 'Count again' });
    await button.click();
    await page.locator('button[aria-busy=true]').waitFor();
    await button.click();
    await button.click();
    release();
    await page.locator('button[aria-busy=true]').waitFor({ state: 'detached' });
    expect(slowClicks).toBe(1);
    await button.click();
    await page.locator('button[aria-busy=true]').waitFor();
    expect(slowClicks).toBe(2);
  });

  test('a form keeps what was typed over an update and over errors, which the focus goes to', async () => {
    await enter();
    await type('/porter invite');
    const form = page.getByRole('dialog', { name: 'Invite people' });
    await form.getByRole('button', { name: 'Send' }).click();
    expect(await form.getByText('Please complete this required field.').count()).toBe(2);
    expect(await findings()).toEqual([]);
    await form.getByLabel('Addresses').fill('ada@x.example');
    await form.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Reader' }).click();
    await form.getByRole('combobox', { name: 'Projects' }).click();
    await page.keyboard.type('gem');
    await page.getByRole('option', { name: 'Gemini' }).waitFor();
    await page.getByRole('option', { name: 'Apollo' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Rename' }).click();
    const renamed = page.getByRole('dialog', { name: 'Renamed' });
    await renamed.getByRole('button', { name: 'Send' }).click();
    await renamed.getByText('Ada is known already.').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
    expect(await renamed.getByLabel('Addresses').inputValue()).toBe('ada@x.example');
    await renamed.getByRole('button', { name: 'Send' }).click();
    await renamed.waitFor({ state: 'detached' });
    expect(submitted[1]).toMatchObject({
      emails: { value: { value: 'ada@x.example' } },
      role: { value: { selected_option: { value: 'Reader' } } },
      projects: { projects: { selected_options: [{ value: 'Gemini' }] } },
    });
  });

  test('Escape closes an untouched form at once, and asks before it throws away what was typed', async () => {
    await enter();
    await type('/porter invite');
    await page.getByRole('dialog', { name: 'Invite people' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await type('/porter invite');
    await page.getByLabel('Addresses').fill('x');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keep editing' }).click();
    expect(await page.getByLabel('Addresses').inputValue()).toBe('x');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('files are attached and sent, samples dropped, and both can be downloaded', async () => {
    await enter();
    await page
      .getByLabel('Files to attach')
      .setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from('x') });
    await page.getByRole('list', { name: 'Attached files' }).getByText('own.csv').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('link', { name: 'Download own.csv' }).waitFor();
    await page.getByRole('button', { name: 'Try it: drop a sample' }).click();
    await page.getByRole('button', { name: 'team.csv' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download team.csv' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('team.csv');
  });

  test('the Home tab shows what the bot publishes', async () => {
    await enter();
    await page.getByRole('navigation').getByRole('button', { name: 'Porter' }).click();
    await page.getByRole('tab', { name: 'Home' }).click();
    await page.getByRole('heading', { name: 'Licence' }).waitFor();
    expect(await findings()).toEqual([]);
  });

  test('a mail is read in a frame in which nothing runs and links open beside the page', async () => {
    world.workspace.acceptMail({
      from: 'porter@x.example',
      to: 'new@x.example',
      subject: 'You are invited',
      messageId: '<1@x.example>',
      text: `Open ${world.origin}/?text`,
      html: `<p style="color:red">Open <a href="${world.origin}/?html">this</a></p><script>top.document.title='run'</script>`,
    });
    await enter();
    await page.getByRole('button', { name: /Mail room 1 unread/ }).click();
    await page.getByRole('button', { name: /You are invited/ }).click();
    const mail = page.frameLocator('iframe');
    expect(await mail.getByText('Open').evaluate((element) => getComputedStyle(element).color)).toBe('rgb(255, 0, 0)');
    const [beside] = await Promise.all([page.context().waitForEvent('page'), mail.getByRole('link').click()]);
    await beside.waitForURL(/\?html/);
    await page.getByRole('button', { name: 'Plain text' }).click();
    expect(await page.locator('.mail-text').textContent()).toBe(`Open ${world.origin}/?text`);
    expect(await page.title()).toBe('Mail room · Porter · local workspace');
    expect(await findings()).toEqual([]);
  });

  test('on a phone the channels are in a drawer, and nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await enter();
    await type('/porter');
    await page.getByRole('heading', { name: 'Licence' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByRole('button', { name: 'Channels and mail' }).click();
    await page.getByRole('navigation').getByRole('button', { name: 'imports' }).click();
    await page.getByRole('textbox', { name: 'Message #imports' }).waitFor();
  });
});
