import { Writable } from 'node:stream';
import { createLogger } from '../../src/platform/logging';
import { forEachDatabase } from '../support/databases';

function capture() {
  const written: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { log: createLogger('trace', destination), last: () => JSON.parse(written.at(-1) ?? '{}'), written };
}

describe('the log', () => {
  test('writes an event with its facts', () => {
    const { log, last } = capture();
    log.info({ job: 'purge', done: 3 }, 'job finished');
    expect(last()).toMatchObject({ level: 30, job: 'purge', done: 3, msg: 'job finished' });
  });

  test.each(['token', 'resetLink', 'publicUrl', 'new_password', 'APP_SECRET', 'Authorization', 'nonce', 'tokens'])(
    'masks what is named %s, at any depth and in child loggers',
    (name) => {
      const { log, written, last } = capture();
      log.info({ [name]: 'opensesame', request: { headers: [{ [name]: 'opensesame' }] } }, 'seen');
      expect(last()[name]).toBe('[secret]');
      log.child({ [name]: 'opensesame' }).info('seen');
      expect(last()[name]).toBe('[secret]');
      expect(written.join('')).not.toContain('opensesame');
    },
  );

  test('leaves numbers of secrets, and words that only contain one, as they are', () => {
    const { log, last } = capture();
    log.info({ links: 12, linked: 'yes', curly: 'braces' }, 'counted');
    expect(last()).toMatchObject({ links: 12, linked: 'yes', curly: 'braces' });
  });

  test('writes an error under any name, with its cause, but not what hangs on it', () => {
    const { log, last, written } = capture();
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', config: { headers: 'opensesame' } });
    log.error({ err: new Error('no mail', { cause }), error: cause }, 'failed');
    expect(last().err).toMatchObject({ message: 'no mail', cause: { message: 'refused', code: 'ECONNREFUSED' } });
    expect(last().err.stack).toContain('logging.test.ts');
    expect(last().error.message).toBe('refused');
    expect(written.join('')).not.toContain('opensesame');
  });

  test('survives what refers to itself', () => {
    const { log, last } = capture();
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    log.info({ loop }, 'round');
    expect(last().msg).toBe('round');
  });
});

forEachDatabase((database) => {
  test('the error of a statement is logged without the statement and its values', async () => {
    const { log, last, written } = capture();
    const error = await database
      .db('settings')
      .insert({ name: 'opensesame', wrong: 1 })
      .catch((caught) => caught);
    log.error({ err: error }, 'failed');
    expect(last().err.message).toMatch(/wrong/);
    expect(written.join('')).not.toContain('opensesame');
  });
});
