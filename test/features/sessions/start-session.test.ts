import { readSession } from '../../../src/features/sessions/read-session.service';
import { completeChoice, startSession } from '../../../src/features/sessions/start-session.service';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

const browser = (clientId: string) => ({ clientId, clientName: 'Firefox on Linux', ip: '192.0.2.7' });

forEachDatabase((database) => {
  test('a sign-in gives a token that stands for its user', async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db);
    const started = await startSession(ctx, { userId: user.id, kind: 'web', client: browser('a') });
    if (started.kind !== 'started') throw new Error(started.kind);
    expect(await readSession(ctx, started.token.reveal())).toMatchObject({
      state: 'active',
      user: { email: user.email },
    });
    for (const id of ['b', 'c']) await startSession(ctx, { userId: user.id, kind: 'web', client: browser(id) });
    const full = await startSession(ctx, { userId: user.id, kind: 'web', client: browser('d') });
    if (full.kind !== 'at_cap') throw new Error(full.kind);
    const done = await completeChoice(ctx, {
      choice: full.choice.reveal(),
      endSessionId: started.session.id,
      ip: null,
    });
    expect(done.kind).toBe('started');
    expect(await readSession(ctx, started.token.reveal())).toEqual({ state: 'ended', reason: 'signed_out' });
  });
});
