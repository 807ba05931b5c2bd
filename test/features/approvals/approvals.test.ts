import { tendApprovals } from '../../../src/features/approvals/approval-cards.service';
import {
  acceptPhrase,
  approvalNeed,
  phraseFor,
  requestApproval,
} from '../../../src/features/approvals/approvals.service';
import type { Approval } from '../../../src/features/approvals/approvals.types';
import { approve } from '../../../src/features/approvals/decide-approvals.service';
import { draftBatch } from '../../../src/features/batch/batch.service';
import { disableIn } from '../../../src/features/invites/invites.service';
import { beginOperation } from '../../../src/features/operations/operations.service';
import { findUsers } from '../../../src/features/users/users.service';
import { day, hour } from '../../../src/lib/duration';
import { type Actor, actingAs, type Context } from '../../../src/platform/context';
import { inTransaction } from '../../../src/platform/db/transaction';
import { deliverDue } from '../../../src/platform/mail/dispatcher';
import type { MessageView } from '../../../src/workspace/protocol';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

const never = new AbortController().signal;

forEachDatabase((database) => {
  const idOf = async (email: string): Promise<number> =>
    (await database.db('users').where({ email_key: email }).first('id')).id;
  const actorOf = async (name: string): Promise<Actor> =>
    actorFor({ id: await idOf(`${name}@example.com`), email: `${name}@example.com` });
  const stateOf = async (approval: Approval): Promise<string> =>
    (await database.db('approvals').where({ id: approval.id }).first('state')).state;
  const statuses = async (ids: readonly number[]): Promise<string[]> =>
    database
      .db('users')
      .whereIn('id', [...ids])
      .orderBy('id')
      .pluck('status');
  const actions = (): Promise<string[]> =>
    database.db('audit_events').where({ subject_type: 'approval' }).orderBy('id').pluck('action');

  describe('through Slack', () => {
    let usher: RunningUsher;
    let people: number[] = [];
    let batchId = 0;
    afterEach(async () => {
      usher.driver.expectPrompt();
      await usher.stop();
    });

    /** Ada and Hedy are admins; Ada asks to disable three people. */
    async function ask(options: Parameters<typeof startUsher>[1] = {}) {
      usher = await startUsher(database, options);
      await insertAdmin(database.db, { email: 'hedy@example.com', first_name: 'Hedy', last_name: 'Second' });
      people = [];
      for (let number = 0; number < 3; number += 1) people.push((await insertUser(database.db)).id);
      const ctx = await asAda();
      batchId = await draftBatch(ctx, 'disable', await findUsers(ctx, people));
      await database.db('batches').where({ id: batchId }).update({ state: 'asked' });
      return request();
    }
    const asAda = async () =>
      actingAs(usher.ctx, { ...(await actorOf('ada')), slackId: `T/${usher.as('ada').id}` } as Actor);
    async function request(): Promise<Approval> {
      return requestApproval(await asAda(), {
        kind: 'disable_users',
        payload: { batchId },
        summary: 'Disable 3 people.',
        idempotencyKey: `batch:${batchId}`,
      });
    }
    const card = (name: string) =>
      usher
        .as(name)
        .waitForMessage((shown) => /Disable 3 people\.[\s\S]*Asked for by ada@example\.com/.test(textOf(shown)));
    const outcome = async (words: string): Promise<MessageView> => {
      await deliverDue(usher.ctx, { signal: never });
      return usher.as('ada').waitForMessage((shown) => textOf(shown).includes(words) && !shown.ephemeral);
    };

    test('a second admin approves on the card in the admin channel, it happens on behalf of who asked, and they hear of it', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      expect(textOf(shown)).toContain('Asked for by ada@example.com');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
      await usher.as('hedy').click(shown, 'Approve');
      await usher.as('hedy').waitForMessage('hedy@example.com approved it, and it was carried out.');
      expect(await statuses(people)).toEqual(['disabled', 'disabled', 'disabled']);
      expect(await stateOf(approval)).toBe('done');
      const told = await outcome('You asked: Disable 3 people.');
      expect(textOf(told)).toContain('3 done.');
      expect(textOf(usher.as('hedy').again(shown) ?? shown)).not.toContain('[Approve]');
      const [line] = await database.db('audit_events').where({ action: 'user.disabled' });
      expect(line).toMatchObject({ actor_label: 'ada@example.com' });
      expect(JSON.parse(line.after)).toEqual({ status: 'disabled', 'approved by': 'hedy@example.com' });
      const [operation] = await database.db('operations').where({ kind: 'disable' });
      expect(operation.actor_label).toBe('ada@example.com');
      expect(JSON.parse(operation.input)).toMatchObject({ approvedBy: 'hedy@example.com' });
      expect(await actions()).toEqual(['approval.requested', 'approval.approved', 'approval.done']);
    });

    test('without an admin channel every other admin is asked directly', async () => {
      await ask({ settings: { SLACK_ADMIN_CHANNEL: '' } });
      const shown = await usher.as('hedy').lastMessage('@usher');
      expect(textOf(shown)).toContain('Disable 3 people.');
      expect(usher.as('ada').messages('@usher').map(textOf).join()).not.toContain('[Approve]');
      await usher.as('hedy').click(shown, 'Approve');
      await usher.as('hedy').waitForMessage('it was carried out');
      expect(await statuses(people)).toEqual(['disabled', 'disabled', 'disabled']);
    });

    test('nobody approves or refuses what they asked for themselves', async () => {
      const approval = await ask();
      const shown = await card('ada');
      await usher.as('ada').click(shown, 'Approve');
      await usher.as('ada').waitForMessage('You asked for this yourself, so somebody else has to approve it.');
      await usher.as('ada').click(shown, 'Refuse…');
      await usher.as('ada').modal('Why?');
      await usher.as('ada').fill({ 'Why?': 'I may' });
      await usher.as('ada').submit();
      await usher.as('ada').modal('call it off instead of refusing it');
      expect(await stateOf(approval)).toBe('pending');
    });

    test('a refusal asks for the reason, shows it on the card, and tells it to who asked', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      const hedy = usher.as('hedy');
      await hedy.click(shown, 'Refuse…');
      await hedy.modal('ada@example.com is told.');
      await hedy.fill({ 'Why?': '   ' });
      expect((await hedy.submit()).errors).toEqual({ reason: 'Say in a few words why.' });
      await hedy.fill({ 'Why?': 'They are on *holiday* <!channel>' });
      await hedy.submit();
      await hedy.modal('hedy@example.com refused it');
      const words = 'hedy@example.com refused it: They are on *holiday* <!channel>';
      expect(textOf(hedy.again(shown) ?? shown)).toContain(words);
      expect(textOf(await outcome('You asked'))).toContain(words);
      expect(await stateOf(approval)).toBe('refused');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
    });

    test('somebody demoted since the card was posted approves nothing', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      await database.db('users').where({ email_key: 'hedy@example.com' }).update({ is_admin: false });
      await usher.as('hedy').click(shown, 'Approve');
      await usher.as('hedy').waitForMessage('Only an active admin of this site may do that.');
      expect(await stateOf(approval)).toBe('pending');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
    });

    test('what somebody asked for who is no admin any more is not carried out', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      await database.db('users').where({ email_key: 'ada@example.com' }).update({ is_admin: false });
      await usher.as('hedy').click(shown, 'Approve');
      await usher.as('hedy').waitForMessage('ada@example.com is no active admin any more');
      expect(await stateOf(approval)).toBe('void');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
    });

    test('an approval after it was called off does nothing and says so', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      await usher.as('hedy').click(shown, 'Call off (who asked)');
      await usher.as('hedy').waitForMessage('Only ada@example.com, who asked for it, can call it off.');
      await usher.as('ada').click(await card('ada'), 'Call off (who asked)');
      await usher.as('ada').waitForMessage('ada@example.com called it off. Nothing was changed.');
      expect(textOf(usher.as('hedy').again(shown) ?? shown)).toContain('called it off');
      // Hedy's Slack still shows the old card.
      const late = await approve(actingAs(usher.ctx, await actorOf('hedy')), approval.id);
      expect(late).toMatchObject({ byThis: false, approval: { state: 'called_off' } });
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
    });

    test('who asked sees in the message that it waits how it was decided, by whom and when', async () => {
      await ask();
      const own = await usher.as('ada').waitForMessage('This waits for a second admin');
      await usher.as('hedy').click(await card('hedy'), 'Approve');
      const drawn = await usher
        .as('ada')
        .waitForMessage((now) => now.ts === own.ts && textOf(now).includes('it was carried out'));
      expect(textOf(drawn)).toContain('hedy@example.com approved it, and it was carried out.');
      expect(textOf(drawn)).toContain('Disable 3 people.');
      expect(textOf(drawn)).toMatch(/Decided .*\./);
      expect(textOf(drawn)).not.toMatch(/waits|Call it off/);
    });

    test('who asked sees a refusal there, with its reason', async () => {
      const approval = await ask();
      const own = await usher.as('ada').waitForMessage('This waits for a second admin');
      const hedy = usher.as('hedy');
      await hedy.click(await card('hedy'), 'Refuse…');
      await hedy.modal('ada@example.com is told.');
      await hedy.fill({ 'Why?': 'They are on holiday' });
      await hedy.submit();
      await usher
        .as('ada')
        .waitForMessage((now) => now.ts === own.ts && textOf(now).includes('refused it: They are on holiday'));
      expect(await stateOf(approval)).toBe('refused');
    });

    test('what nobody decided is said to have expired there, too', async () => {
      await ask();
      const own = await usher.as('ada').waitForMessage('This waits for a second admin');
      usher.clock.advance(day);
      await tendApprovals(usher.ctx, never);
      await usher.as('ada').waitForMessage((now) => now.ts === own.ts && textOf(now).includes('so it expired'));
    });

    test('who asked calls it off from their own message, also where there is no admin channel', async () => {
      const approval = await ask({ settings: { SLACK_ADMIN_CHANNEL: '' } });
      const own = await usher.as('ada').waitForMessage('This waits for a second admin');
      await usher.as('ada').click(own, 'Call it off');
      await usher.as('ada').waitForMessage((now) => now.ts === own.ts && textOf(now).includes('called it off'));
      expect(await stateOf(approval)).toBe('called_off');
      expect(textOf(await usher.as('hedy').lastMessage('@usher'))).toContain('ada@example.com called it off.');
    });

    test('a card that was lost is posted by the job, once', async () => {
      const approval = await ask();
      await card('hedy');
      await database.db('approval_cards').del();
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ posted: 0 });
      usher.clock.advance(hour);
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ posted: 1 });
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ posted: 0 });
      expect(await database.db('approval_cards').where({ approval_id: approval.id })).toHaveLength(1);
    });

    test('who asked is told once that no other admin could be reached, however often the job tries', async () => {
      usher = await startUsher(database, { settings: { SLACK_ADMIN_CHANNEL: '' } });
      await insertAdmin(database.db, { email: 'nobody-in-slack@example.com' });
      await request();
      for (let run = 0; run < 5; run += 1) {
        usher.clock.advance(hour);
        expect(await tendApprovals(usher.ctx, never)).toMatchObject({ posted: 1 });
      }
      const told = usher
        .as('ada')
        .messages('@usher')
        .map(textOf)
        .filter((text) => text.includes('Disable 3 people.'));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain('None of the other admins could be reached in Slack yet.');
      expect(told[0]).not.toContain('have been asked');
      // Hedy comes: the same message says that she was asked.
      await insertAdmin(database.db, { email: 'hedy@example.com', first_name: 'Hedy', last_name: 'Second' });
      usher.as('hedy');
      usher.clock.advance(hour);
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ posted: 1 });
      const waiting = usher
        .as('ada')
        .messages('@usher')
        .map(textOf)
        .filter((text) => text.includes('Disable 3 people.'));
      expect(waiting).toHaveLength(1);
      expect(waiting[0]).toContain('The other admins have been asked.');
    });

    test('after 24 hours an approval does nothing, and the card says that it expired', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      usher.clock.advance(day);
      await usher.as('hedy').click(shown, 'Approve');
      await usher.as('hedy').waitForMessage((now) => now.ts === shown.ts && textOf(now).includes('so it expired'));
      expect(await stateOf(approval)).toBe('expired');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
      await outcome('Nobody decided within 24 hours');
    });

    test('the job ends what nobody decided within 24 hours, on the card too, and tells who asked', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      usher.clock.advance(23 * hour);
      expect(await tendApprovals(usher.ctx, never)).toEqual({ expired: 0, resumed: 0, posted: 0 });
      usher.clock.advance(hour);
      expect(await tendApprovals(usher.ctx, never)).toEqual({ expired: 1, resumed: 0, posted: 0 });
      expect(await tendApprovals(usher.ctx, never)).toEqual({ expired: 0, resumed: 0, posted: 0 });
      expect(textOf(usher.as('hedy').again(shown) ?? shown)).toContain('so it expired');
      expect(await stateOf(approval)).toBe('expired');
      await outcome('Nobody decided within 24 hours');
    });

    test('an approval whose process died is carried out by the job, once', async () => {
      const approval = await ask();
      await database
        .db('approvals')
        .where({ id: approval.id })
        .update({ state: 'approved', decider_label: 'hedy@example.com', decided_at: usher.clock.now() });
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ resumed: 0 });
      usher.clock.advance(hour);
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ resumed: 1 });
      await usher.as('hedy').waitForMessage('it was carried out');
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ resumed: 0 });
      expect(await database.db('operations').where({ kind: 'disable' })).toHaveLength(1);
    });

    test('two clicks on Approve carry it out once', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      await Promise.all([usher.as('hedy').click(shown, 'Approve'), usher.as('hedy').click(shown, 'Approve')]);
      await usher.as('hedy').waitForMessage('it was carried out');
      expect(await stateOf(approval)).toBe('done');
      expect(await database.db('operations').where({ kind: 'disable' })).toHaveLength(1);
      expect((await actions()).filter((action) => action === 'approval.approved')).toHaveLength(1);
    });

    test('what was approved can be undone by who asked, from the message that tells how it ended', async () => {
      await ask();
      await usher.as('hedy').click(await card('hedy'), 'Approve');
      const told = await usher.as('ada').waitForMessage('Disabling people is done.');
      await usher.as('ada').click(told, 'Undo');
      await usher.as('ada').waitForMessage('Undone for 3 people.');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
    });

    test('a second admin approves making somebody an admin, who is one then', async () => {
      await ask();
      const [first = 0] = people;
      const admins = (): Promise<number[]> => database.db('users').where({ is_admin: true }).pluck('id');
      await requestApproval(actingAs(usher.ctx, await actorOf('ada')), {
        kind: 'grant_admin',
        payload: { userIds: [first] },
        summary: 'Make somebody an admin.',
        idempotencyKey: 'grant',
      });
      expect(await admins()).not.toContain(first);
      await usher.as('hedy').click(await usher.as('hedy').waitForMessage('Make somebody an admin.'), 'Approve');
      await usher.as('hedy').waitForMessage('it was carried out');
      expect(await admins()).toContain(first);
      const told = await outcome('You asked: Make somebody an admin.');
      await usher.as('ada').click(told, 'Undo');
      await usher.as('ada').waitForMessage('Undone for 1 person.');
      expect(await admins()).not.toContain(first);
    });

    test('what cannot be carried out any more is told to both, with the reason', async () => {
      const approval = await ask();
      const shown = await card('hedy');
      // The process died after the click, and who asked was demoted before another one went on.
      await database
        .db('approvals')
        .where({ id: approval.id })
        .update({ state: 'approved', decider_label: 'hedy@example.com', decided_at: usher.clock.now() });
      await database.db('users').where({ email_key: 'ada@example.com' }).update({ is_admin: false });
      usher.clock.advance(hour);
      expect(await tendApprovals(usher.ctx, never)).toMatchObject({ resumed: 1 });
      const words = 'but it could not be carried out: Only an active admin of this site may do that.';
      await usher.as('hedy').waitForMessage((now) => now.ts === shown.ts && textOf(now).includes(words));
      expect(await stateOf(approval)).toBe('failed');
      expect(await statuses(people)).toEqual(['active', 'active', 'active']);
      await outcome(words);
    });

    test('the same request sent twice asks once', async () => {
      const approval = await ask();
      expect((await request()).id).toBe(approval.id);
      expect(await database.db('approval_cards')).toHaveLength(1);
    });
  });

  test('two admins who approve at the same moment approve once', async () => {
    const ctx = testContext(database);
    const asker = await insertAdmin(database.db);
    const others = [await insertAdmin(database.db), await insertAdmin(database.db)];
    const approval = await requestApproval(actingAs<Context>(ctx, actorFor(asker)), {
      kind: 'disable_users',
      payload: { userIds: [] },
      summary: 'Disable them.',
      idempotencyKey: 'race',
    });
    const decided = await Promise.all(
      others.map((admin) => {
        const db = database.dialect === 'MariaDB' ? database.connect() : database.db;
        return approve({ ...ctx, db, actor: actorFor(admin) }, approval.id);
      }),
    );
    expect(decided.filter(({ byThis }) => byThis)).toHaveLength(1);
    expect(ctx.announced.filter(({ kind }) => kind === 'approval_given')).toHaveLength(1);
  });

  test('disabling up to ten people and deleting one needs nobody; more, and any new admin, needs a second admin', async () => {
    const ctx = testContext(database, { actor: actorFor(await insertAdmin(database.db)) });
    await insertAdmin(database.db);
    expect(await approvalNeed(ctx, 'disable_users', 10)).toBe('none');
    expect(await approvalNeed(ctx, 'disable_users', 11)).toBe('second_admin');
    expect(await approvalNeed(ctx, 'delete_users', 1)).toBe('none');
    expect(await approvalNeed(ctx, 'delete_users', 2)).toBe('second_admin');
    expect(await approvalNeed(ctx, 'grant_admin', 1)).toBe('second_admin');
  });

  test('a site with one admin types a phrase instead, and the audit says that there was no second one', async () => {
    const admin = await insertAdmin(database.db);
    await insertAdmin(database.db, { status: 'disabled' });
    const ctx = testContext(database, { actor: actorFor(admin) });
    const people: number[] = [];
    for (let number = 0; number < 11; number += 1) people.push((await insertUser(database.db)).id);
    expect(await approvalNeed(ctx, 'disable_users', 11)).toBe('phrase');
    expect(phraseFor('disable_users', 11)).toBe('disable 11 people');
    const type = (typed: string) =>
      inTransaction(ctx, async (tx) => {
        await acceptPhrase(tx, { kind: 'disable_users', count: 11, typed, summary: 'Disable 11 people.' });
        return disableIn(tx, people, await beginOperation(tx, 'disable', 'typed', {}));
      });
    await expect(type('disable 10 people')).rejects.toThrow('Type “disable 11 people” to go on. Nothing was changed.');
    expect(await statuses(people)).toEqual(people.map(() => 'active'));
    await type(' Disable 11  people ');
    expect(await statuses(people)).toEqual(people.map(() => 'disabled'));
    const [line] = await database.db('audit_events').where({ action: 'approval.phrase_typed' });
    expect(JSON.parse(line.after)).toEqual({
      phrase: 'disable 11 people',
      why: 'typed the phrase, no second admin',
    });
  });

  test('a site with one admin cannot ask for a second one', async () => {
    const ctx = testContext(database, { actor: actorFor(await insertAdmin(database.db)) });
    const request = { kind: 'grant_admin', payload: {}, summary: 'Make Ben an admin.', idempotencyKey: 'x' } as const;
    await expect(requestApproval(ctx, request)).rejects.toThrow('There is no second admin who could approve this.');
  });
});
