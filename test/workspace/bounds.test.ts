import { systemClock } from '../../src/lib/clock';
import { createFiles } from '../../src/workspace/files';
import { createMailRoom } from '../../src/workspace/mail-room';

const megabytes = (count: number) => Buffer.alloc(count * 1024 * 1024);

describe('the memory of the workspace', () => {
  test('holds the newest 100 MB of files', () => {
    const files = createFiles();
    const add = (name: string, bytes: Buffer) => files.add({ name, bytes, owner: 'U1', createdAt: new Date() }).id;
    const [first, second] = [add('a', megabytes(40)), add('b', megabytes(40))];
    const third = add('c', megabytes(40));
    expect([first, second, third].map((id) => files.byId(id) !== undefined)).toEqual([false, true, true]);
  });

  test('holds the newest 500 mails', () => {
    const mailRoom = createMailRoom(systemClock);
    const mail = { from: 'a@x.org', to: 'b@x.org', text: '' };
    for (let index = 0; index < 501; index += 1) mailRoom.accept({ ...mail, subject: `${index}` });
    expect(mailRoom.list()).toHaveLength(500);
    expect(mailRoom.list().at(-1)?.subject).toBe('1');
  });
});
