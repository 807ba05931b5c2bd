import { plainText } from '../../../src/workspace/page/text/inline';
import { linkPieces } from '../../../src/workspace/page/text/link-pieces';
import { readRichText } from '../../../src/workspace/page/text/rich-text';
import { formatSlackDate } from '../../../src/workspace/page/text/slack-date';

const reader = { now: new Date('2026-02-18T12:00:00Z'), locale: 'en-US', timeZone: 'UTC' };

test('lists with a deeper indent nest in the item above', () => {
  const list = (indent: number, text: string) =>
    ({
      type: 'rich_text_list',
      style: 'bullet',
      indent,
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
    }) as const;
  const [outer, ...others] = readRichText(
    { type: 'rich_text', elements: [list(0, 'a'), list(1, 'b'), list(0, 'c')] } as never,
    reader,
  );
  expect(outer).toMatchObject({ kind: 'list', items: [[{ kind: 'lines' }, { kind: 'list' }]] });
  expect(others.map((block) => block.kind)).toEqual(['list']);
});

test('styles wrap their text, and a link that could do harm is text', () => {
  const [section] = readRichText(
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'x', style: { bold: true, italic: true } },
            { type: 'link', url: 'javascript:alert(1)', text: 'y' },
          ],
        },
      ],
    },
    reader,
  );
  expect(section).toEqual({
    kind: 'lines',
    children: [
      { kind: 'bold', children: [{ kind: 'italic', children: [{ kind: 'text', text: 'x' }] }] },
      { kind: 'text', text: 'y' },
    ],
  });
});

test.each([
  ['{date_num} {time}', '2026-02-17 11:05 PM'],
  ['{date}', 'February 17th, 2026'],
  ['{date_short}', 'Feb 17, 2026'],
  ['{date_long}', 'Tuesday, February 17th, 2026'],
  ['{date_pretty} at {time_secs}', 'yesterday at 11:05:09 PM'],
  ['{ago}', '12 hours ago'],
  ['{nonsense}', '{nonsense}'],
])('the date format %s gives %s', (format, expected) => {
  const seconds = Date.parse('2026-02-17T23:05:09Z') / 1000;
  expect(formatSlackDate(seconds, format, reader).replaceAll('\u202f', ' ')).toBe(expected);
});

test('addresses in a mail’s text are links, and all of the text is kept', () => {
  const text = 'Open http://127.0.0.1:3000/activate?token=a-b_c. Or (https://x.example/y), never javascript:x';
  const pieces = linkPieces(text);
  expect(plainText(pieces)).toBe(text);
  expect(pieces.flatMap((piece) => (piece.kind === 'link' ? [piece.url] : []))).toEqual([
    'http://127.0.0.1:3000/activate?token=a-b_c',
    'https://x.example/y',
  ]);
});
