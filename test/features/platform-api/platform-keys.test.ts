import { ConfigError, loadConfig } from '../../../src/config';

const long = (letter: string) => letter.repeat(32);

test('several keys may be set, parted by commas', () => {
  expect(loadConfig({ PLATFORM_API_KEYS: `${long('a')}, ${long('b')}` }).platformApiKeys).toEqual([
    long('a'),
    long('b'),
  ]);
  expect(loadConfig({}).platformApiKeys).toEqual([]);
});

test('a key that could be guessed ends the program with what is expected, and is not repeated', () => {
  const start = () => loadConfig({ PLATFORM_API_KEYS: `${long('a')},too-short-a-key` });
  expect(start).toThrow(ConfigError);
  expect(start).toThrow(/PLATFORM_API_KEYS: expected keys of at least 32 characters/);
  expect(start).not.toThrow(/too-short-a-key/);
});
