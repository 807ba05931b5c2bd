import { lookUpAll } from '../../../src/features/access/access.service';
import { didYouMean } from '../../../src/lib/did-you-mean';

const projects = ['Apollo', 'Gemini', 'Mercury'].map((name, index) => ({ id: index + 1, name }));

test('names are found in any case, each once', () => {
  expect(lookUpAll('Project', projects, ['apollo', 'APOLLO', 'Gemini']).map(({ name }) => name)).toEqual([
    'Apollo',
    'Gemini',
  ]);
});

test('of many unknown names five are named, the others counted, and the known names said once', () => {
  const typed = ['Apolo', ...Array.from({ length: 11 }, (_, index) => `qq${index}xx`)];
  expect(() => lookUpAll('Project', projects, typed)).toThrow(
    [
      'Project “Apolo” does not exist; did you mean “Apollo”?',
      'Project “qq0xx” does not exist.',
      'Project “qq1xx” does not exist.',
      'Project “qq2xx” does not exist.',
      'Project “qq3xx” does not exist.',
      'and 7 more.',
      'There are “Apollo”, “Gemini”, “Mercury”.',
    ].join('\n'),
  );
});

test('one unknown name is told with the known ones in its sentence', () => {
  expect(() => lookUpAll('Project', projects, ['qqxx'])).toThrow(
    'Project “qqxx” does not exist; there are “Apollo”, “Gemini”, “Mercury”.',
  );
});

test('nobody asks what a text of more than 120 characters was meant to be', () => {
  expect(didYouMean('Apollo'.repeat(30), ['Apollo'.repeat(30)])).toBeNull();
});
