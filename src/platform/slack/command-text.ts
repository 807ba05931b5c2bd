/** What Slack made of what a person typed, turned back: `<mailto:a|b>` → b, `&amp;` → &, curly quotes → straight ones. */
export function typedText(text: string): string {
  return text
    .replace(/<mailto:([^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<tel:([^|>]+)(?:\|([^>]*))?>/g, (_, number: string, label?: string) => label ?? number)
    .replace(/<(https?:[^|>]+)(?:\|([^>]*))?>/g, (_, url: string, label?: string) => label ?? url)
    .replace(/<#[CG][A-Z0-9]+\|([^>]*)>/g, '#$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/—/g, '--')
    .replace(/–/g, '-')
    .replace(/\u00a0/g, ' ');
}

/** Ids of the Slack users mentioned, in order. */
export function mentions(text: string): string[] {
  return [...text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)].map((match) => match[1] ?? '');
}

/** The same text with each mention replaced. */
export function replaceMentions(text: string, replacement: (slackUserId: string) => string): string {
  return text.replace(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => replacement(id));
}

/** A command line taken apart. */
export interface CommandLine {
  /** First word in small letters without formatting marks; empty when nothing was typed. */
  readonly verb: string;
  /** All after the verb, without the options; white space as typed. */
  readonly rest: string;
  /** The verb and `rest` as they were typed. */
  readonly whole: string;
  /** Values by option name, in the order typed: `project:Apollo project:"Zeus 2",Hera` → project: [Apollo, Zeus 2, Hera]. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

const optionPattern = /(^|\s)([a-z][a-z-]*):("[^"]*"|'[^']*'|[^\s,]+)((?:,\s*"[^"]*"|,"[^"]*"|,[^\s,]+)*)/gi;

function unquoted(value: string): string {
  const quoted = /^"(.*)"$|^'(.*)'$/s.exec(value);
  return (quoted?.[1] ?? quoted?.[2] ?? value).trim();
}

/**
 * Takes a command's text apart. `mailto:ada@x.org` and `http://…` stay text.
 * @param text as typedText() returns it
 * @param isOption whether a word before a colon is an option's name, or so near to one that it is a slip
 */
export function parseCommandLine(text: string, isOption: (name: string) => boolean = () => true): CommandLine {
  const [, first = '', after = ''] = /^\s*(\S*)([\s\S]*)$/.exec(text) ?? [];
  const options = new Map<string, string[]>();
  const rest = after.replace(
    optionPattern,
    (whole: string, space: string, name: string, value: string, more: string) => {
      const key = name.toLowerCase();
      if (key === 'mailto' || key === 'http' || key === 'https' || !isOption(key)) return whole;
      const values = [value, ...(more.match(/"[^"]*"|[^\s,"]+/g) ?? [])].map(unquoted).filter((item) => item !== '');
      options.set(key, [...(options.get(key) ?? []), ...values]);
      return space;
    },
  );
  return {
    verb: first.replace(/[*_~`]/g, '').toLowerCase(),
    rest: rest.trim(),
    whole: `${first} ${rest.trim()}`.trim(),
    options,
  };
}
