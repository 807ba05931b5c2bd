import { parseCommandLine, typedText } from '../../../src/platform/slack/command-text';

const parse = (text: string) => parseCommandLine(typedText(text));

test('what Slack makes of typed addresses is turned back', () => {
  expect(typedText('Ada &lt;<mailto:ada@x.org|ada@x.org>&gt; &amp; <http://x.org|x.org>')).toBe(
    'Ada <ada@x.org> & x.org',
  );
});

test('the verb loses formatting marks and its case, the rest keeps its own', () => {
  expect(parse('*Invite* Ada <ada@x.org>')).toMatchObject({ verb: 'invite', rest: 'Ada <ada@x.org>' });
});

test('options may stand anywhere, be quoted straight or curly, and be listed', () => {
  const line = parse('invite a@x.org project:“Apollo One”,Zeus group:qa b@x.org project:Hera');
  expect(line.rest.replace(/\s+/g, ' ')).toBe('a@x.org b@x.org');
  expect(line.options.get('project')).toEqual(['Apollo One', 'Zeus', 'Hera']);
  expect(line.options.get('group')).toEqual(['qa']);
});

test('an address with mailto: and a web address are no options', () => {
  expect([...parse('invite mailto:ada@x.org https://x.org').options.keys()]).toEqual([]);
});

test('dashes that Slack beautified are what was typed', () => {
  expect(typedText('a — b – c')).toBe('a -- b - c');
});

test('an empty command has no verb', () => {
  expect(parse('  ')).toMatchObject({ verb: '', rest: '' });
});
