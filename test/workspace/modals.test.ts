import type { SlackViewAction, ViewOutput } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { type BoltWorld, startBoltWorld } from '../support/bolt-app';
import { textOf } from '../support/slack-text';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const input = (
  block_id: string,
  label: string,
  element: Record<string, unknown>,
  more: Record<string, unknown> = {},
) => ({
  type: 'input',
  block_id,
  label: plain(label),
  element: { action_id: 'value', ...element },
  ...more,
});
const modal = (title: string, blocks: unknown[], more: Record<string, unknown> = {}): ModalView =>
  ({ type: 'modal', callback_id: 'form', title: plain(title), submit: plain('Send'), blocks, ...more }) as ModalView;

const form = modal('Invite', [
  input('emails', 'Addresses', { type: 'plain_text_input', multiline: true }),
  input('note', 'Note', { type: 'plain_text_input', max_length: 10, initial_value: 'Hi' }, { optional: true }),
  input(
    'role',
    'Role',
    {
      type: 'static_select',
      options: ['Tester', 'Reader'].map((text) => ({ text: plain(text), value: text })),
      initial_option: { text: plain('Tester'), value: 'Tester' },
    },
    { dispatch_action: true },
  ),
  input('who', 'People', { type: 'multi_external_select', min_query_length: 0 }, { optional: true }),
  input('file', 'File', { type: 'file_input', max_files: 1 }, { optional: true }),
  input('mate', 'Colleague', { type: 'users_select' }, { optional: true }),
]);

describe('modals', () => {
  let world: BoltWorld;
  let view: ModalView;
  let submitted: ViewOutput[];
  let closed: SlackViewAction[];
  let answer: unknown;
  let openedHash = '';
  let openedId = '';

  beforeEach(async () => {
    view = form;
    submitted = [];
    closed = [];
    answer = undefined;
    world = await startBoltWorld({ ackTimeoutMs: 1000 });
    const { app } = world;
    app.command('/porter', async ({ command, ack, client }) => {
      await ack();
      const opened = await client.views.open({ trigger_id: command.trigger_id, view });
      openedId = opened.view?.id ?? '';
      openedHash = opened.view?.hash ?? '';
    });
    app.view('form', async ({ ack, view: sent }) => {
      submitted.push(sent);
      if (answer !== 'nothing') await ack(answer as never);
    });
    app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack, body }) => {
      closed.push(body);
      await ack();
    });
    app.options('value', ({ ack }) =>
      ack({ options: ['Ada', 'Ben'].map((text) => ({ text: plain(text), value: text })) }),
    );
    app.action('value', ({ ack }) => ack());
    app.action('deeper', async ({ ack, body, client }) => {
      await ack();
      await client.views
        .push({ trigger_id: (body as { trigger_id: string }).trigger_id, view })
        .catch((error) => failures.push(error));
    });
  });
  const failures: Error[] = [];
  afterEach(() => world.close());

  async function openForm() {
    const ada = world.slack.as('ada');
    await ada.command('#general', '/porter');
    const { id } = await ada.modal();
    // The person sees the modal before the app has read that it is open.
    while (openedId !== id) await new Promise(setImmediate);
    return ada;
  }

  test('a submission brings what was put in, what was there at first, and null for what was left', async () => {
    const ada = await openForm();
    await ada.fill({
      Addresses: 'a@b.c\nd@e.f',
      Role: 'Reader',
      People: ['Ada', 'Ben'],
      File: { name: 'people.csv', bytes: 'Login Email\n' },
      Colleague: 'ben',
    });
    expect(await ada.submit()).toEqual({ errors: {}, modal: null });
    const { values } = submitted[0]?.state ?? { values: {} };
    expect(values).toMatchObject({
      emails: { value: { type: 'plain_text_input', value: 'a@b.c\nd@e.f' } },
      note: { value: { value: 'Hi' } },
      role: { value: { selected_option: { value: 'Reader', text: { text: 'Reader' } } } },
      who: { value: { selected_options: [{ value: 'Ada' }, { value: 'Ben' }] } },
      mate: { value: { selected_user: world.slack.as('ben').id } },
    });
    expect(values.file?.value).toMatchObject({ type: 'file_input', files: [{ name: 'people.csv', size: 12 }] });
    const { file } = await world.app.client.files.info({ file: String(values.file?.value?.files?.[0]?.id) });
    expect(file?.url_private_download).toContain(world.origin);
  });

  test('the form itself refuses required fields that are empty and texts that are too long', async () => {
    const ada = await openForm();
    await ada.fill({ Note: 'far too long for that' });
    const { errors, modal: top } = await ada.submit();
    expect(errors).toEqual({
      emails: 'Please complete this required field.',
      note: 'This field can have at most 10 characters.',
    });
    expect(top && textOf(top)).toContain('! emails: Please complete this required field.');
    expect(submitted).toEqual([]);
  });

  test('errors of the app are shown at their blocks; those for blocks that are not there are dropped', async () => {
    answer = { response_action: 'errors', errors: { emails: 'No such address', nowhere: 'x' } };
    const ada = await openForm();
    await ada.fill({ Addresses: 'x' });
    expect((await ada.submit()).errors).toEqual({ emails: 'No such address' });
    answer = undefined;
    expect(await ada.submit()).toEqual({ errors: {}, modal: null });
    expect(submitted[1]?.state.values.emails?.value?.value).toBe('x');
  });

  test('an answer can change the modal, put one on top, or clear all', async () => {
    const ada = await openForm();
    await ada.fill({ Addresses: 'x' });
    answer = { response_action: 'update', view: modal('Working', [], { submit: plain('Go on') }) };
    const changed = (await ada.submit()).modal;
    expect(changed?.id).toBe(openedId);
    expect(changed && textOf(changed)).toContain('Working');
    answer = { response_action: 'push', view: modal('On top', []) };
    await ada.submit();
    expect(ada.stack()).toHaveLength(2);
    answer = undefined;
    expect(textOf((await ada.submit()).modal as never)).toContain('Working');
    answer = { response_action: 'clear' };
    expect((await ada.submit()).modal).toBeNull();
  });

  test('a view in an answer is checked like any other', async () => {
    const ada = await openForm();
    await ada.fill({ Addresses: 'x' });
    answer = { response_action: 'update', view: { ...modal('x'.repeat(25), []) } };
    await expect(ada.submit()).rejects.toThrow('We had some trouble connecting. Try again?');
    expect(world.workspace.deliveries.complaints()[0]?.messages[0]).toBe(
      'must be less than 25 characters [json-pointer:/view/title/text]',
    );
    expect(ada.stack()).toHaveLength(1);
  });

  test('a submission without an acknowledgement in time leaves the form open, with what was typed', async () => {
    const ada = await openForm();
    await ada.fill({ Addresses: 'x' });
    answer = 'nothing';
    await expect(ada.submit()).rejects.toThrow('We had some trouble connecting. Try again?');
    answer = undefined;
    expect(await ada.submit()).toEqual({ errors: {}, modal: null });
    expect(submitted[1]?.state.values.emails?.value?.value).toBe('x');
  });

  test('an update keeps the id and what was typed in elements with the same ids', async () => {
    const ada = await openForm();
    await ada.fill({ Addresses: 'kept', Note: 'gone' });
    const emails = input('emails', 'Addresses again', { type: 'plain_text_input' });
    await world.app.client.views.update({ view_id: openedId, hash: openedHash, view: modal('Changed', [emails]) });
    await ada.modal('Addresses again');
    await ada.submit();
    expect(submitted[0]?.state.values).toEqual({ emails: { value: { type: 'plain_text_input', value: 'kept' } } });
    expect(submitted[0]?.hash).not.toBe(openedHash);
  });

  test('an update with an old hash, or of a view that is gone, is refused', async () => {
    const ada = await openForm();
    const { views } = world.app.client;
    await views.update({ view_id: openedId, hash: openedHash, view: form });
    await expect(views.update({ view_id: openedId, hash: openedHash, view: form })).rejects.toThrow('hash_conflict');
    await ada.closeModal();
    await expect(views.update({ view_id: openedId, view: form })).rejects.toThrow('not_found');
  });

  test.each([false, true])('an update right after the answer comes after it (Socket Mode: %s)', async (socketMode) => {
    if (socketMode) {
      await world.close();
      world = await startBoltWorld({ socketMode });
    }
    const plan = { ...form, callback_id: 'slow', blocks: [] };
    world.app.command('/plain', async ({ command, ack, client }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: plan });
    });
    world.app.view('slow', async ({ ack, client, view: sent }) => {
      await ack({ response_action: 'update', view: { ...plan, title: plain('Working') } });
      await client.views.update({ view_id: sent.id, view: { ...plan, title: plain('Done') } });
    });
    const ada = world.slack.as('ada');
    for (let round = 0; round < 20; round += 1) {
      await ada.command('#general', '/plain');
      await ada.modal('Invite');
      await ada.submit();
      await ada.modal('Done');
    }
    await world.slack.idle();
    expect(textOf(await ada.modal())).toContain('Done');
  });

  test('the app hears of a closed modal only where it asked for it', async () => {
    const ada = await openForm();
    await ada.closeModal();
    expect(closed).toEqual([]);
    view = { ...form, notify_on_close: true };
    await openForm();
    await ada.closeModal();
    expect(closed[0]).toMatchObject({ type: 'view_closed', is_cleared: false, user: { id: ada.id } });
  });

  test('three modals are the most', async () => {
    const deeper = { type: 'button', action_id: 'deeper', text: plain('Deeper') };
    view = modal('Level', [{ type: 'actions', elements: [deeper] }], { notify_on_close: true });
    const ada = await openForm();
    for (const depth of [2, 3]) {
      await ada.click(await ada.modal(), 'Deeper');
      await ada.modal(() => ada.stack().length === depth);
    }
    await ada.click(await ada.modal(), 'Deeper');
    while (failures.length === 0) await new Promise(setImmediate);
    expect(failures.map(String).join()).toContain('push_limit_reached');
    await ada.closeModal({ all: true });
    expect(closed.map((body) => (body as { is_cleared?: boolean }).is_cleared)).toEqual([true, true, true]);
  });

  test('an element in an input block acts at once only with dispatch_action', async () => {
    const ada = await openForm();
    await ada.fill({ Addresses: 'x', Role: 'Reader' });
    const actions = world.workspace.deliveries.list().filter(({ name }) => name === 'block_actions');
    expect(actions).toHaveLength(1);
    expect(actions[0]?.payload).toMatchObject({
      container: { type: 'view', view_id: openedId },
      view: { id: openedId, state: { values: { emails: { value: { value: 'x' } } } } },
    });
    await expect(ada.choose(await ada.modal(), 'Addresses', 'y')).rejects.toThrow('waits for the form to be submitted');
  });

  test('the Home is published, checked, and told to the app when it is opened', async () => {
    world.app.event('app_home_opened', async ({ event, client }) => {
      const text = plain(`Welcome ${event.user} ${event.tab}`);
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'section', text }] } });
    });
    const ada = world.slack.as('ada');
    expect(textOf(await ada.home('Welcome'))).toBe(`Welcome ${ada.id} home`);
    const bad = { type: 'home' as const, blocks: [], title: plain('No') };
    const publishing = world.app.client.views.publish({ user_id: ada.id, view: bad as never });
    await expect(publishing).rejects.toMatchObject({
      data: { response_metadata: { messages: ['[ERROR] invalid additional property: title [json-pointer:/view]'] } },
    });
  });
});
