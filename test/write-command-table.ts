import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/platform/db/database';
import { migrate } from '../src/platform/db/migrate';
import type { TestDatabase } from './support/databases';
import { manifest, startUsher } from './support/usher';

// Writes the README's table of commands anew, from what the running program's own help says. Run it by hand when
// test/readme.test.ts says that the table is stale: npx tsx test/write-command-table.ts

const readme = join(__dirname, '../README.md');
const [begin, end] = ['<!-- commands:', '<!-- end of commands -->'];

interface Piece {
  readonly type: string;
  readonly text?: string;
  readonly elements?: readonly Piece[];
}

/** The items of all lists in a message, each as its pieces of text: a usage, and what it does. */
function listItems(blocks: readonly unknown[]): string[][] {
  return (blocks as readonly Piece[])
    .flatMap(({ elements = [] }) => elements)
    .filter(({ type }) => type === 'rich_text_list')
    .flatMap(({ elements = [] }) => elements)
    .map(({ elements = [] }) => elements.map(({ text = '' }) => text.trim()));
}

function table(rows: readonly (readonly [string, string])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length)).join(' | ')} |`;
  const [heading, ...others] = rows;
  return [heading ?? [], widths.map((width) => '-'.repeat(width)), ...others].map(line).join('\n');
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-readme-'));
  const url = `sqlite:${join(folder, 'readme.sqlite')}`;
  const db = openDatabase(url);
  await migrate(db);
  const usher = await startUsher({ dialect: 'SQLite', url, db, connect: () => db } as TestDatabase);
  try {
    const { features } = manifest as { features: { slash_commands: { command: string }[] } };
    const commands = features.slash_commands.map(({ command }) => command);
    const rows: [string, string][] = [['Command', 'does']];
    for (const command of commands) {
      const { blocks } = await usher.as('ada').ask('#general', `${command} help`);
      for (const [usage = '', summary = ''] of listItems(blocks)) rows.push([`\`${usage}\``, summary]);
    }
    rows.push([
      commands.map((command) => `\`${command} help [verb]\``).join(', '),
      'Usage, with one real example each',
    ]);
    const text = readFileSync(readme, 'utf8');
    const from = text.indexOf('\n', text.indexOf(begin)) + 1;
    writeFileSync(readme, `${text.slice(0, from)}\n${table(rows)}\n\n${text.slice(text.indexOf(end))}`);
    process.stdout.write(`${rows.length - 1} commands written\n`);
  } finally {
    await usher.stop();
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
