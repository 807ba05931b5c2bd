import { plainText, type TextBlock } from '../../../src/workspace/page/text/inline';
import { parseMarkdown, parseMarkdownInline } from '../../../src/workspace/page/text/markdown';

function kinds(text: string): string[] {
  return parseMarkdown(text).map((block) => block.kind);
}

test('a page of markdown has its headings, lists, quotes, code, rules and tables', () => {
  const text = '# A\nx\ny\n\n- 1\n- 2\n\n> q\n\n```js\ncode\n```\n---\n| a | b |\n|---|:-:|\n| 1 | 2 |';
  expect(kinds(text)).toEqual(['heading', 'lines', 'list', 'quote', 'pre', 'rule', 'table']);
});

test('a list nests by its indent and keeps its first number', () => {
  const [list] = parseMarkdown('3. a\n   - b\n   - c\n4. d') as [Extract<TextBlock, { kind: 'list' }>];
  expect([list.ordered, list.start, list.items.length]).toEqual([true, 3, 2]);
  expect(list.items[0]?.map((block) => block.kind)).toEqual(['lines', 'list']);
});

test('a table cell may hold an escaped bar', () => {
  const [table] = parseMarkdown('a|b\n-|-\n1\\|2|3') as [Extract<TextBlock, { kind: 'table' }>];
  expect(table.rows[0]?.map(plainText)).toEqual(['1|2', '3']);
});

test('emphasis, code and links', () => {
  expect(parseMarkdownInline('**b** *i* ~~s~~ `c`').map((piece) => piece.kind)).toEqual([
    'bold',
    'text',
    'italic',
    'text',
    'strike',
    'text',
    'code',
  ]);
  expect(parseMarkdownInline('[a](https://x.example)')).toEqual([
    { kind: 'link', url: 'https://x.example', children: [{ kind: 'text', text: 'a' }] },
  ]);
});

test('what is escaped, unsafe or no emphasis stays text', () => {
  for (const text of ['[a](javascript:alert(1))', 'snake_case_word', '2 * 3 * 4', '<b>x</b>']) {
    expect(parseMarkdownInline(text)).toEqual([{ kind: 'text', text }]);
  }
  expect(parseMarkdownInline('\\*a\\*')).toEqual([{ kind: 'text', text: '*a*' }]);
});
