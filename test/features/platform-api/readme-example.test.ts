import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { demoPeople } from '../../../src/demo/demo-people';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type RunningUsher, startUsher } from '../../support/usher';
import { passwordHash } from './api-caller';

const run = promisify(execFile);
const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
const [, section = ''] = readme.split('\n## For the platform\n');
const example = /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
const email = /EMAIL:-([^}]+)}/.exec(example)?.[1] ?? '';

test('the person of the README’s example is one of the demo site', () => {
  expect(demoPeople.map((person) => person.email)).toContain(email);
});

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(() => usher.stop());

  test('the README’s example for the platform signs somebody in, tells who they are, and signs them out', async () => {
    await insertUser(database.db, { email, password_hash: await passwordHash });
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `USHER=${usher.origin}\n${example}`]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'session', user: { email }, session: { kind: 'api' } });
    const ended = await database.db('sessions').first('end_reason');
    expect(ended.end_reason).toBe('signed_out');
  });
});
