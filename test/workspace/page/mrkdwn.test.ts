import type { Inline, TextBlock } from '../../../src/workspace/page/text/inline';
import { parseMrkdwn } from '../../../src/workspace/page/text/mrkdwn';

const reader = { now: new Date('2026-02-18T12:00:00Z'), locale: 'en-US', timeZone: 'UTC' };

/** The tree in a short form: `[bold a]`, with kinds that carry no children written as `{kind …}`. */
function short(text: string, verbatim = false): string {
  return parseMrkdwn(text, { reader, verbatim }).map(shortBlock).join(' / ');
}

function shortBlock(block: TextBlock): string {
  if (block.kind === 'lines') return shortInline(block.children);
  if (block.kind === 'quote') return `[quote ${block.children.map(shortBlock).join(' / ')}]`;
  if (block.kind === 'pre') return `[pre ${shortInline(block.children)}]`;
  return `[${block.kind}]`;
}

function shortInline(pieces: readonly Inline[]): string {
  return pieces
    .map((piece) => {
      switch (piece.kind) {
        case 'text':
          return piece.text;
        case 'break':
          return '⏎';
        case 'emoji':
          return `{${piece.name}}`;
        case 'link':
          return `[link ${piece.url} ${shortInline(piece.children)}]`;
        case 'user':
        case 'channel':
        case 'group':
          return `{${piece.kind} ${piece.id}${piece.label === null ? '' : ` ${piece.label}`}}`;
        case 'broadcast':
          return `{${piece.range}}`;
        default:
          return `[${piece.kind} ${shortInline(piece.children)}]`;
      }
    })
    .join('');
}

describe('emphasis', () => {
  test.each([
    ['*bold* _italic_ ~strike~', '[bold bold] [italic italic] [strike strike]'],
    ['*_both_*', '[bold [italic both]]'],
    ['a *b*, (*c*) "*d*"', 'a [bold b], ([bold c]) "[bold d]"'],
    ['*bold, with _more_ in it*', '[bold bold, with [italic more] in it]'],
    ['*<https://a.example|site>*', '[bold [link https://a.example site]]'],
    ['*a*b is not bold', '*a*b is not bold'],
    ['nor is a*b*', 'nor is a*b*'],
    ['snake_case_word and 2*3*4', 'snake_case_word and 2*3*4'],
    ['* spaced * and _ spaced _', '* spaced * and _ spaced _'],
    ['** and ~~ and __', '** and ~~ and __'],
    ['*open', '*open'],
    ['*over\nlines*', '*over⏎lines*'],
    ['*א*', '[bold א]'],
  ])('%j reads as %j', (text, expected) => expect(short(text)).toBe(expected));
});

describe('code', () => {
  test.each([
    ['`*a* :tada: &lt;`', '[code *a* :tada: <]'],
    ['`<https://a.example|x>`', '[code [link https://a.example x]]'],
    ['``', '``'],
    ['a ```x\n *y*```b', 'a  / [pre x⏎ *y*] / b'],
    ['```\nx\n```\nafter', '[pre x] / after'],
    ['*a `b*` c*', '[bold a [code b*] c]'],
  ])('%j reads as %j', (text, expected) => expect(short(text)).toBe(expected));
});

describe('quotes', () => {
  test.each([
    ['> a\n&gt; b\nc', '[quote a⏎b] / c'],
    ['a\n>>> b\nc', 'a / [quote b⏎c]'],
    ['a > b', 'a > b'],
  ])('%j reads as %j', (text, expected) => expect(short(text)).toBe(expected));
});

describe('angle brackets', () => {
  test.each([
    ['<@U123> <@U123|ada> <#C1|general>', '{user U123} {user U123 ada} {channel C1 general}'],
    ['<!here> <!channel> <!everyone>', '{here} {channel} {everyone}'],
    ['<!subteam^S1|@admins>', '{group S1 @admins}'],
    ['<mailto:a@b.example|a@b.example>', '[link mailto:a@b.example a@b.example]'],
    ['<mailto:a@b.example>', '[link mailto:a@b.example a@b.example]'],
    ['<https://a.example?x=1&amp;y=2|A &amp; *B*>', '[link https://a.example?x=1&y=2 A & *B*]'],
    ['<!date^1771416000^{date} at {time}|then>', 'February 18th, 2026 at 12:00 PM'],
    ['<!date^1771416000^{date_pretty}^https://a.example|then>', '[link https://a.example today]'],
    ['<!date^99999999999999^{date}|then>', 'then'],
    ['<javascript:alert(1)|click>', '<javascript:alert(1)|click>'],
    ['1 < 2 and <b>', '1 < 2 and <b>'],
  ])('%j reads as %j', (text, expected) => expect(short(text)).toBe(expected));
});

describe('text of people', () => {
  test('escaped text stays text', () => {
    expect(short('&lt;!channel&gt; &amp;amp; &quot;')).toBe('<!channel> &amp; &quot;');
  });
  test('addresses are linked, without the punctuation after them', () => {
    expect(short('see https://a.example/x_y_z?q=1&amp;r=2.')).toBe(
      'see [link https://a.example/x_y_z?q=1&r=2 https://a.example/x_y_z?q=1&r=2].',
    );
    expect(short('ask ada@b.example.')).toBe('ask [link mailto:ada@b.example ada@b.example].');
  });
  test('verbatim text has no links of its own', () => {
    expect(short('https://a.example ada@b.example', true)).toBe('https://a.example ada@b.example');
  });
  test('known short codes are emoji, others stay as typed', () => {
    expect(short(':white_check_mark: :no_such: 10:30:45 :+1::skin-tone-3:')).toBe(
      '{white_check_mark} :no_such: 10:30:45 {+1}',
    );
  });
  test('an empty text has no blocks', () => expect(parseMrkdwn('', { reader })).toEqual([]));
});
