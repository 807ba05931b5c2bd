import {
  costsOtherwise,
  hashOfNobody,
  hashPassword,
  passwordProblem,
  verifyPassword,
} from '../../../src/features/credentials/passwords.service';

const email = 'Ada.Lovelace.1815@example.com';
const problem = (password: string) => passwordProblem(password, email);

test('twelve characters are enough and eleven are not', () => {
  expect(problem('tide slate q')).toBeNull();
  expect(problem('tide slate ')).toBe('too_short');
  expect(problem('')).toBe('missing');
});

test('128 characters are taken and 129 are not', () => {
  expect(problem('tide slate '.repeat(12).slice(0, 127).concat('!'))).toBeNull();
  expect(problem('tide slate '.repeat(12).slice(0, 128).concat('!'))).toBe('too_long');
});

test('length counts characters, not the units they are stored in', () => {
  expect(problem('🦊🐢🌲🍋🚲🎻')).toBe('too_short');
  expect(problem('🦊🐢🌲🍋🚲🎻🧭🪁🫖🧶🪵🛶')).toBeNull();
  // Eleven letters, five of them typed as letter and accent.
  expect(problem('ge\u0301le\u0301e\u0301te\u0301i\u0301xyz')).toBe('too_short');
});

test('any characters may be used: blanks, letters of any script, signs', () => {
  for (const password of [
    'лес и река зимой',
    '山の上の古い茶色い家です',
    'a b c d e f g',
    '=HYPERLINK("x")',
    '<b>"\'&;--</b>',
  ]) {
    expect([password, problem(password)]).toEqual([password, null]);
  }
});

test('a password on the common list is refused, in any case', () => {
  expect(problem('123456789987654321')).toBe('common');
  expect(problem('Qwerty123456')).toBe('common');
});

test('a common password or a few characters said again and again are as common', () => {
  for (const password of ['passwordpassword', 'aaaaaaaaaaaa', 'abcabcabcabc', 'Dragondragon']) {
    expect([password, problem(password)]).toEqual([password, 'common']);
  }
  expect(problem('teal kite moonteal kite moon')).toBeNull();
});

test('the address and the part before its @ are refused, in any case', () => {
  expect(problem('ada.lovelace.1815@EXAMPLE.com')).toBe('like_email');
  expect(problem('ADA.lovelace.1815')).toBe('like_email');
  expect(problem('ada.lovelace.1816')).toBeNull();
});

test('a hash is argon2id, differs each time, and matches its password only', async () => {
  const hash = await hashPassword('teal kite moon');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(hash.length).toBeLessThanOrEqual(255);
  expect(await hashPassword('teal kite moon')).not.toBe(hash);
  expect(await verifyPassword(hash, 'teal kite moon')).toBe(true);
  expect(await verifyPassword(hash, 'teal kite moon ')).toBe(false);
});

test('a password matches however its accents were typed', async () => {
  const hash = await hashPassword('crème brûlée tonight');
  expect(await verifyPassword(hash, 'crème brûlée tonight'.normalize('NFD'))).toBe(true);
});

test('a hash that cannot be read matches nothing', async () => {
  expect(await verifyPassword('no hash', 'teal kite moon')).toBe(false);
});

test('hashing leaves the event loop to others', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await Promise.all(Array.from({ length: 8 }, () => hashPassword('teal kite moon')));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

test('a hash tells whether it was made at another cost', async () => {
  const cost = { memoryKib: 7168, passes: 5 };
  const hash = await hashPassword('teal kite moon', cost);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
  expect(await verifyPassword(hash, 'teal kite moon')).toBe(true);
  expect(costsOtherwise(hash, cost)).toBe(false);
  expect(costsOtherwise(hash, { ...cost, passes: 6 })).toBe(true);
});

test('nobody’s hash has the shape and the cost of a real one, and is another each time', async () => {
  const cost = { memoryKib: 7168, passes: 5 };
  const hash = await hashPassword('teal kite moon', cost);
  const nobody = hashOfNobody(cost);
  const shape = (text: string) => text.split('$').map((part, index) => (index < 4 ? part : part.length));
  expect(shape(nobody)).toEqual(shape(hash));
  expect(hashOfNobody(cost)).not.toBe(nobody);
  expect(await verifyPassword(nobody, '')).toBe(false);
});

test('a hundred passwords at once: what can be hashed soon is, and the rest is told to come again', async () => {
  const hashes = await Promise.allSettled(Array.from({ length: 100 }, () => hashPassword('teal kite moon')));
  const refused = hashes.filter((hash) => hash.status === 'rejected');
  expect(refused).toHaveLength(37);
  expect(refused[0]?.reason).toMatchObject({ kind: 'busy', message: expect.stringContaining('try again in a minute') });
});
