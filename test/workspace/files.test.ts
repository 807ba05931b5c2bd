import { type BoltWorld, startBoltWorld, testManifest } from '../support/bolt-app';

type FileShared = { file_id: string; user_id: string; channel_id: string };

describe('files', () => {
  let world: BoltWorld | undefined;
  let seen: FileShared[];

  const start = async (options: Parameters<typeof startBoltWorld>[0] = {}) => {
    seen = [];
    world = await startBoltWorld(options);
    world.app.event('file_shared', async ({ event }) => {
      seen.push(event);
    });
    return world;
  };
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  const download = (url: string, token: string) => fetch(url, { headers: { Authorization: `Bearer ${token}` } });

  test('a file that is dropped in a channel is told, without its contents, which the bot’s token fetches', async () => {
    const { slack, app, workspace } = await start();
    const ada = slack.as('ada');
    await ada.upload('#imports', 'Müller & Söhne.csv', 'Login Email\nada@x.org\n');
    await workspace.idle();
    expect(seen).toMatchObject([{ user_id: ada.id, channel_id: ada.messages('#imports')[0]?.conversationId }]);
    const { file } = await app.client.files.info({ file: seen[0]?.file_id ?? '' });
    expect(file).toMatchObject({ name: 'Müller & Söhne.csv', filetype: 'csv', size: 22, user: ada.id, mode: 'hosted' });
    const response = await download(file?.url_private_download ?? '', workspace.app.botToken);
    expect(await response.text()).toBe('Login Email\nada@x.org\n');
  });

  test('without the token a file is a log-in page, with status 200', async () => {
    const { slack, app, workspace } = await start();
    await slack.as('ada').upload('#imports', 'a.csv', 'x');
    await workspace.idle();
    const { file } = await app.client.files.info({ file: seen[0]?.file_id ?? '' });
    const response = await download(file?.url_private_download ?? '', 'xoxb-wrong');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test('without the scope files:read a file is a log-in page too', async () => {
    const scopes = testManifest.oauth_config.scopes.bot.filter((scope) => scope !== 'files:read');
    const { slack, workspace, origin } = await start({
      manifest: { ...testManifest, oauth_config: { scopes: { bot: scopes } } },
    });
    const { id, name } = await slack.as('ada').upload('#imports', 'a.csv', 'x');
    const response = await download(`${origin}/files-pri/T0-${id}/download/${name}`, workspace.app.botToken);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test('the app does not see files that are shared where it is not, or nowhere', async () => {
    const { slack, app, workspace } = await start();
    const { id } = await slack.as('ada').upload('#elsewhere', 'a.csv', 'x');
    await workspace.idle();
    expect(seen).toEqual([]);
    await expect(app.client.files.info({ file: id })).rejects.toThrow('file_not_found');
  });

  test('a file of the app is shared a moment later, and told to the app itself with its own user id', async () => {
    const { slack, app, workspace } = await start({ shareDelayMs: 50 });
    const general = workspace.acts.conversationId('ada', '#general');
    const uploaded = await app.client.files.uploadV2({
      channel_id: general,
      filename: 'result.xlsx',
      file: Buffer.from('PK'),
      initial_comment: 'Here',
    });
    expect(slack.as('ada').messages('#general')).toEqual([]);
    await workspace.idle();
    const [message] = slack.as('ada').messages('#general');
    expect(message).toMatchObject({
      text: 'Here',
      author: workspace.app.botUserId,
      files: [{ name: 'result.xlsx', size: 2 }],
    });
    expect(seen).toMatchObject([{ user_id: workspace.app.botUserId, channel_id: general }]);
    expect(uploaded).toMatchObject({ files: [{ files: [{ id: seen[0]?.file_id }] }] });
    expect(
      message &&
        slack
          .as('ben')
          .download(message.files[0] as never)
          .toString(),
    ).toBe('PK');
  });

  test('an upload must have the announced length, must be there to be completed, and cannot be empty', async () => {
    const { app, workspace } = await start();
    const { files } = app.client;
    const { upload_url: url = '', file_id: id = '' } = await files.getUploadURLExternal({
      filename: 'a.txt',
      length: 3,
    });
    await expect(files.completeUploadExternal({ files: [{ id }] })).rejects.toThrow('file_not_found');
    expect((await fetch(url, { method: 'POST', body: 'four' })).status).toBe(400);
    expect(await (await fetch(url, { method: 'POST', body: 'abc' })).text()).toBe('OK - 3');
    await files.completeUploadExternal({ files: [{ id, title: 'T' }] });
    await expect(files.getUploadURLExternal({ filename: 'a.txt', length: 0 })).rejects.toThrow('invalid_arguments');
    const elsewhere = workspace.acts.conversationId('ada', '#elsewhere');
    await expect(app.client.files.completeUploadExternal({ files: [{ id }], channel_id: elsewhere })).rejects.toThrow(
      'not_in_channel',
    );
  });

  test('the app deletes its own files only', async () => {
    const { slack, app, workspace } = await start();
    const { id } = await slack.as('ada').upload('#general', 'a.csv', 'x');
    await workspace.idle();
    await expect(app.client.files.delete({ file: id })).rejects.toThrow('cant_delete_file');
  });

  test('a file that is too large is refused, for people and for the app', async () => {
    const { slack, app } = await start({ maxFileBytes: 10 });
    await expect(slack.as('ada').upload('#general', 'a.csv', 'x'.repeat(11))).rejects.toThrow('too large');
    const asked = app.client.files.getUploadURLExternal({ filename: 'a', length: 11 });
    await expect(asked).rejects.toThrow('file_upload_size_restricted');
  });

  test('a file from another company comes without details until the app asks for them', async () => {
    const { slack, app, workspace } = await start();
    const { id } = await slack.as('erin').upload('#general', 'a.csv', 'x');
    await workspace.idle();
    const told = workspace.deliveries.list().find(({ name }) => name === 'message')?.payload.event;
    expect(told).toMatchObject({ subtype: 'file_share', files: [{ id, file_access: 'check_file_info' }] });
    expect((told as { files: object[] }).files[0]).not.toHaveProperty('url_private');
    expect((await app.client.files.info({ file: id })).file?.name).toBe('a.csv');
  });

  test('samples lie ready to be dropped', async () => {
    const { slack, workspace } = await start({
      samples: [{ name: 'people.csv', note: 'Three people', bytes: Buffer.from('x') }],
    });
    expect(workspace.acts.boot('ada').samples).toEqual([{ name: 'people.csv', note: 'Three people', size: 1 }]);
    workspace.acts.dropSample('ada', 'people.csv', '#imports');
    await workspace.idle();
    expect(slack.as('ben').messages('#imports')[0]?.files[0]?.name).toBe('people.csv');
  });
});
