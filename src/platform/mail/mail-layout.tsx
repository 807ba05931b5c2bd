import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { oneLine } from '../../lib/plain-text';
import type { RenderedMail } from './delivery.types';

/** One piece of a mail. All text is plain: what people wrote into it stays text in both parts. */
export type MailPart =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** A button, and the bare address below it for readers whose mail program shows none. */
  | { readonly kind: 'link'; readonly label: string; readonly url: string }
  /** In smaller letters after a line; for what few readers need. */
  | { readonly kind: 'aside'; readonly text: string };

/** The words of a mail, from which both of its parts are made. */
export interface MailWords {
  readonly subject: string;
  /** What an inbox shows behind the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly parts: readonly MailPart[];
}

const signature = 'Usher looks after the accounts of your test-management platform.';
const copyHint = 'If the button does not work, copy this address into your browser:';

const font = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const styles = {
  body: { margin: '0', padding: '0', backgroundColor: '#f3f5f8', color: '#18212d' },
  ground: { width: '100%', backgroundColor: '#f3f5f8', borderCollapse: 'collapse' },
  card: {
    width: '100%',
    maxWidth: '560px',
    backgroundColor: '#ffffff',
    border: '1px solid #dfe4ea',
    borderRadius: '14px',
    borderCollapse: 'separate',
  },
  cell: {
    padding: '32px',
    fontFamily: font,
    fontSize: '16px',
    lineHeight: '24px',
    color: '#18212d',
    textAlign: 'left',
  },
  heading: { margin: '0 0 16px', fontSize: '22px', lineHeight: '30px', fontWeight: '600', color: '#18212d' },
  paragraph: { margin: '0 0 16px' },
  list: { margin: '0 0 16px', padding: '0 0 0 22px' },
  buttonTable: { margin: '8px 0 24px', borderCollapse: 'separate' },
  buttonCell: { backgroundColor: '#2352c8', borderRadius: '9px' },
  button: {
    display: 'inline-block',
    padding: '13px 26px',
    fontFamily: font,
    fontSize: '16px',
    lineHeight: '22px',
    fontWeight: '600',
    color: '#ffffff',
    textDecoration: 'none',
  },
  hint: { margin: '0 0 4px', fontSize: '14px', lineHeight: '21px', color: '#525f70' },
  address: { margin: '0 0 20px', fontSize: '14px', lineHeight: '21px', wordBreak: 'break-all' },
  anchor: { color: '#2352c8' },
  aside: {
    margin: '0 0 12px',
    paddingTop: '16px',
    borderTop: '1px solid #dfe4ea',
    fontSize: '14px',
    lineHeight: '21px',
    color: '#525f70',
  },
  footer: { padding: '16px 32px 32px', fontFamily: font, fontSize: '13px', lineHeight: '20px', color: '#525f70' },
  preview: { display: 'none', maxHeight: '0', overflow: 'hidden', fontSize: '1px', lineHeight: '1px', opacity: '0' },
} as const satisfies Record<string, JSX.CSSProperties>;

// Attributes that mail programs still go by and that the renderer's types have forgotten.
const bare = { role: 'presentation', border: 0, cellpadding: 0, cellspacing: 0 } as const;
const blueGround = { bgcolor: '#2352c8' };

// Holds nothing that the renderer would escape. For programs that know dark mode; the others show the light colours above, which stand on their own.
const darkMode = `
@media (prefers-color-scheme: dark) {
  .ground { background-color: #10141a !important; }
  .card { background-color: #1a2028 !important; border-color: #2c3540 !important; }
  .ink { color: #e9edf2 !important; }
  .quiet { color: #a9b4c1 !important; border-color: #2c3540 !important; }
  .anchor { color: #8fb0ff !important; }
}
@media (max-width: 480px) { .cell { padding: 24px 20px !important; } }
`;

function Part({ part }: { readonly part: MailPart }): JSX.Element {
  switch (part.kind) {
    case 'paragraph':
      return <p style={styles.paragraph}>{part.text}</p>;
    case 'list':
      return (
        <ul style={styles.list}>
          {part.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      );
    case 'link':
      return (
        <>
          <table {...bare} style={styles.buttonTable}>
            <tbody>
              <tr>
                <td {...blueGround} style={styles.buttonCell}>
                  <a href={part.url} style={styles.button}>
                    {part.label}
                  </a>
                </td>
              </tr>
            </tbody>
          </table>
          <p class="quiet" style={styles.hint}>
            {copyHint}
          </p>
          <p style={styles.address}>
            <a href={part.url} class="anchor" style={styles.anchor}>
              {part.url}
            </a>
          </p>
        </>
      );
    case 'aside':
      return (
        <p class="quiet" style={styles.aside}>
          {part.text}
        </p>
      );
  }
}

function htmlOf(words: MailWords): string {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{words.subject}</title>
        <style>{darkMode}</style>
      </head>
      <body class="ground" style={styles.body}>
        <div style={styles.preview}>{words.preview}</div>
        <table {...bare} width="100%" class="ground" style={styles.ground}>
          <tbody>
            <tr>
              <td align="center" style={{ padding: '32px 12px 0' }}>
                <table {...bare} width="560" class="card" style={styles.card}>
                  <tbody>
                    <tr>
                      <td class="cell ink" style={styles.cell}>
                        <h1 class="ink" style={styles.heading}>
                          {words.heading}
                        </h1>
                        {words.parts.map((part, position) => (
                          <Part key={`${position}`} part={part} />
                        ))}
                      </td>
                    </tr>
                  </tbody>
                </table>
              </td>
            </tr>
            <tr>
              <td align="center" class="quiet" style={styles.footer}>
                {signature}
              </td>
            </tr>
          </tbody>
        </table>
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(document)}`;
}

function partText(part: MailPart): string {
  switch (part.kind) {
    case 'paragraph':
    case 'aside':
      return part.text;
    case 'list':
      return part.items.map((item) => `  - ${item}`).join('\n');
    case 'link':
      return `${part.label}:\n${part.url}`;
  }
}

function textOf(words: MailWords): string {
  // The two dashes and a blank are where mail programs see a signature begin.
  return `${[words.heading, ...words.parts.map(partText)].join('\n\n')}\n\n-- \n${signature}\n`;
}

/** Makes both parts of a mail, each complete in itself, from the same words. */
export function renderMail(words: MailWords): RenderedMail {
  return { subject: oneLine(words.subject), text: textOf(words), html: htmlOf(words) };
}
