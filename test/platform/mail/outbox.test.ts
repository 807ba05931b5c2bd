import { inTransaction } from '../../../src/platform/db/transaction';
import type { OutboxMessage } from '../../../src/platform/mail/delivery.types';
import { enqueue } from '../../../src/platform/mail/outbox';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { enqueueNow, outboxRows } from '../../support/outbox';

const message = (dedupKey: string, facts: Partial<OutboxMessage> = {}): OutboxMessage => ({
  kind: 'mail',
  template: 'greeting',
  recipient: 'ada@example.com',
  payload: { name: 'Ada' },
  dedupKey,
  ...facts,
});

forEachDatabase((database) => {
  test('a message waits with what its template needs', async () => {
    const ctx = testContext(database);
    expect(await enqueueNow(ctx, [message('greet:1')])).toBe(1);
    expect(await outboxRows(ctx.db)).toMatchObject([
      { kind: 'mail', state: 'waiting', recipient: 'ada@example.com', payload: { name: 'Ada' }, attempts: 0 },
    ]);
  });

  test('a message is written once, however often its key comes', async () => {
    const ctx = testContext(database);
    await enqueueNow(ctx, [message('greet:1', { recipient: 'first@example.com' })]);
    const written = await enqueueNow(ctx, [
      message('greet:2', { recipient: 'second@example.com' }),
      message('greet:1'),
      message('greet:2'),
    ]);
    expect(written).toBe(1);
    expect((await outboxRows(ctx.db)).map(({ recipient }) => recipient)).toEqual([
      'first@example.com',
      'second@example.com',
    ]);
  });

  test('when two write the same keys at once, each message is there once and nobody fails', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `greet:${index}`);
    const writers = [1, 2, 3, 4].map(() => testContext(database, { db: database.connect() }));
    const written = await Promise.all(
      writers.map((ctx) =>
        enqueueNow(
          ctx,
          keys.map((key) => message(key)),
        ),
      ),
    );
    expect(written.reduce((sum, count) => sum + count)).toBe(50);
    expect(await outboxRows(database.db)).toHaveLength(50);
  });

  test('what is refused for another reason than its key is an error', async () => {
    const ctx = testContext(database);
    const broken = message('greet:1', { template: null as unknown as string });
    await expect(enqueueNow(ctx, [broken])).rejects.toThrow();
    await expect(enqueueNow(ctx, [message('k'.repeat(191))])).rejects.toThrow(RangeError);
    expect(await outboxRows(ctx.db)).toEqual([]);
  });

  test('a change that is rolled back takes its messages with it', async () => {
    const ctx = testContext(database);
    const change = inTransaction(ctx, async (tx) => {
      await enqueue(tx, [message('greet:1')]);
      throw new Error('changed my mind');
    });
    await expect(change).rejects.toThrow('changed my mind');
    expect(await outboxRows(ctx.db)).toEqual([]);
  });

  test('a thousand messages go into one transaction', async () => {
    const ctx = testContext(database);
    const many = Array.from({ length: 1000 }, (_, index) => message(`greet:${index}`));
    expect(await enqueueNow(ctx, many)).toBe(1000);
  });

  // More than one statement takes: what stands in the refused one is tried again, and what stands in the others is not.
  test('of a thousand messages one is known, and the others are written and counted, each once', async () => {
    const ctx = testContext(database);
    await enqueueNow(ctx, [message('greet:999')]);
    const many = Array.from({ length: 1000 }, (_, index) => message(`greet:${index}`));
    expect(await enqueueNow(ctx, many)).toBe(999);
    expect(await outboxRows(ctx.db)).toHaveLength(1000);
  });
});
