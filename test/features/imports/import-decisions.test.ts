import { createHmac } from 'node:crypto';
import type { SlackConfig } from '../../../src/config';
import { ownFile, sharedFile } from '../../../src/features/imports/check-file';
import { drawImport, reportImport } from '../../../src/features/imports/report-import';
import { sendImportWorkbook } from '../../../src/features/imports/send-workbook';
import type { Caller } from '../../../src/platform/slack/definitions';
import { createGateway } from '../../../src/platform/slack/gateway';
import type { MessageView } from '../../../src/workspace/protocol';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import { workbookOf } from './import-scene';

const patience = { timeoutMs: 15_000 };
const newcomer = (email = 'new@x.example') => workbookOf([{ 'Login Email': email }]);

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async (options?: Parameters<typeof startUsher>[1]) => {
    usher = await startUsher(database, options);
    return usher.as('ada');
  };
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const gateway = () => createGateway(usher.ctx.config.slack as SlackConfig, usher.ctx.log);
  const isIn = (conversation: string, words: string) => (message: MessageView) =>
    message.conversationId.startsWith(conversation) && textOf(message).includes(words);

  test('a spreadsheet that somebody else sends to the bot is decided by an admin in the admin channel', async () => {
    const ada = await start();
    const ben = usher.as('ben');
    await ben.upload('@usher', 'people.xlsx', await newcomer());
    await ben.waitForMessage('An admin decides on it in', patience);
    const shown = await ada.waitForMessage('1 to invite', patience);
    expect(ada.messages('#admins').map(({ ts }) => ts)).toContain(shown.ts);
    await ada.waitForMessage((message) => message.files.some(({ name }) => name === 'Plan for people.xlsx'), patience);
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', patience);
    await ben.waitForMessage(isIn('D', 'people.xlsx is imported: 1 invited.'), patience);
  });

  test('somebody whose file an admin cancels hears of it in their direct conversation', async () => {
    const ada = await start();
    const ben = usher.as('ben');
    await ben.command('#general', '/users import');
    await ben.modal('Spreadsheet');
    await ben.fill({ Spreadsheet: { name: 'people.xlsx', bytes: await newcomer() } });
    await ben.submit();
    const shown = await ada.waitForMessage('1 to invite', patience);
    await ada.click(shown, 'Cancel');
    await ben.waitForMessage(isIn('D', 'people.xlsx was cancelled by'), patience);
  });

  test('without a channel of admins the preview stays with its uploader, who is told what to do', async () => {
    await start({ settings: { SLACK_ADMIN_CHANNEL: 'C0NOWHERE', SLACK_IMPORT_CHANNELS: '' } });
    const ben = usher.as('ben');
    await ben.upload('@usher', 'people.xlsx', await newcomer());
    await ben.waitForMessage('Ask an admin to open it with /usher imports', patience);
    await ben.waitForMessage(isIn('D', '1 to invite'), patience);
  });

  test('an open import is shown from the list of imports, decided there, and its own message drawn anew', async () => {
    const ada = await start();
    await ada.upload('#imports', 'people.xlsx', await newcomer());
    const original = await ada.waitForMessage('1 to invite', patience);
    const list = await ada.ask('#general', '/usher imports');
    await ada.click(list, 'import-show');
    const shown = await ada.waitForMessage((message) => message.ephemeral && textOf(message).includes('1 to invite'));
    await ada.click(shown, 'Cancel');
    await ada.waitForMessage((message) => message.ts === original.ts && textOf(message).includes('Cancelled by'));
  });

  test('an import whose message was deleted runs when confirmed from the list, and its summary comes as a new message', async () => {
    const ada = await start();
    await ada.upload(
      '#imports',
      'people.xlsx',
      await workbookOf([{ 'Login Email': 'a@x.example' }, { 'Login Email': 'b' }]),
    );
    const original = await ada.waitForMessage('1 to invite', patience);
    await usher.driver.idle();
    await gateway().client.chat.delete({ channel: original.conversationId, ts: original.ts });
    await ada.click(await ada.ask('#general', '/usher imports'), 'import-show');
    const shown = await ada.waitForMessage((message) => message.ephemeral && textOf(message).includes('1 to invite'));
    await ada.click(shown, 'import-confirm');
    const done = await ada.waitForMessage('Done: 1 invited and 1 failed.', patience);
    expect(done.ts).not.toBe(original.ts);
    await ada.waitForMessage('people.xlsx is imported', patience);
    await usher.driver.idle();
    expect(ada.messages('#general').map(textOf).join()).not.toContain('Something went wrong');
    const stored = () => database.db('imports').first();
    for (const deadline = Date.now() + 5000; (await stored()).state !== 'done' && Date.now() < deadline; )
      await new Promise((wait) => setTimeout(wait, 50));
    expect((await stored()).state).toBe('done');
    // Whatever was delivered is not delivered again, and progress takes the place of no summary.
    const count = ada.messages('#imports').length;
    await reportImport(usher.ctx, gateway(), (await stored()).id);
    await drawImport(usher.ctx, gateway(), (await stored()).id);
    await usher.driver.idle();
    expect(ada.messages('#imports')).toHaveLength(count);
    expect(textOf(ada.again(done) ?? done)).toContain('Done: 1 invited and 1 failed.');
  });

  test('progress that Slack takes in late does not stand in the place of the summary', async () => {
    const ada = await start();
    await ada.upload('#imports', 'people.xlsx', await newcomer());
    const shown = await ada.waitForMessage('1 to invite', patience);
    usher.slowMethods.set('chat.update', 700);
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('people.xlsx is imported', patience);
    await new Promise((wait) => setTimeout(wait, 2500));
    await usher.driver.idle();
    expect(textOf(ada.again(shown) ?? shown)).toContain('Done: 1 invited.');
  });

  test('a workbook that Slack does not share is said to be missing, and comes by a button', async () => {
    const ada = await start();
    await ada.upload('#imports', 'people.xlsx', await newcomer());
    const shown = await ada.waitForMessage('1 to invite', patience);
    await usher.driver.idle();
    const about = { id: (await database.db('imports').first()).id, fileName: `${'a'.repeat(99)}👩‍🚀.xlsx` };
    const names: string[] = [];
    const losing = {
      ...gateway(),
      async upload(_conversation: string, file: { name: string }) {
        names.push(file.name);
        return false;
      },
    };
    const place = { conversationId: shown.conversationId, threadTs: shown.ts };
    await sendImportWorkbook(usher.ctx, losing, 'plan', about, place);
    expect(Buffer.from(names[0] ?? '').toString()).toBe(names[0]);
    const lost = await ada.waitForMessage('could not be delivered');
    await ada.click(lost, 'Try again');
    await ada.waitForMessage((message) => message.files.some(({ name }) => name === 'Plan for people.xlsx'), patience);
  });

  test('a file of somebody else in the form, and one that was not shared in the conversation, are refused', async () => {
    const ada = await start();
    const file = await ada.upload('#general', 'people.xlsx', await newcomer());
    await usher.driver.idle();
    const caller = (name: string): Caller => ({ teamId: 'T', slackUserId: usher.as(name).id, email: '', user: null });
    await expect(ownFile(gateway(), file.id, caller('ben'))).rejects.toThrow('uploaded by somebody else');
    expect((await ownFile(gateway(), file.id, caller('ada'))).name).toBe('people.xlsx');
    const imports = usher.workspace.acts.conversationId(ada.id, '#imports');
    const general = usher.workspace.acts.conversationId(ada.id, '#general');
    await expect(sharedFile(gateway(), file.id, imports)).rejects.toThrow('does not show this file here');
    expect((await sharedFile(gateway(), file.id, general)).name).toBe('people.xlsx');
  });

  test('“Read the file again” is for the uploader, where the file lies', async () => {
    const ada = await start();
    const file = await ada.upload('#general', 'people.xlsx', await newcomer());
    await usher.driver.idle();
    const channel = (name: string) => usher.workspace.acts.conversationId(ada.id, name);
    const press = async (presser: string, uploader: string, conversation: string, clickedIn: string) => {
      const value = JSON.stringify({
        fileId: file.id,
        slackUserId: usher.as(uploader).id,
        conversationId: conversation,
      });
      const payload = {
        type: 'block_actions',
        user: { id: usher.as(presser).id },
        channel: { id: clickedIn },
        trigger_id: `${presser}.${clickedIn}`,
        response_url: `${usher.origin}/nowhere`,
        container: { type: 'message', channel_id: clickedIn },
        actions: [{ type: 'button', action_id: 'read-file-again', block_id: 'read-file-again', value }],
      };
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const at = String(Math.floor(Date.now() / 1000));
      const mac = createHmac('sha256', usher.workspace.app.signingSecret).update(`v0:${at}:${body}`).digest('hex');
      const answer = await fetch(`${usher.origin}/slack/events`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-signature': `v0=${mac}`,
          'x-slack-request-timestamp': at,
        },
      });
      expect(answer.status).toBe(200);
    };
    const [imports, general] = [channel('#imports'), channel('#general')];
    // Somebody else's file, another conversation than the click's, and one where the file was never shared.
    await press('ben', 'ada', imports, imports);
    await press('ada', 'ada', imports, general);
    await press('ada', 'ada', imports, imports);
    await new Promise((wait) => setTimeout(wait, 4000));
    expect(await database.db('imports')).toEqual([]);
  });
});
