import { styleText } from 'node:util';
import { second } from '../lib/duration';
import { count } from '../lib/plain-text';

/** How far a piece of work is, told while it runs. */
export interface Progress {
  /**
   * @param done of `total`, which is null while nobody knows it
   * @param note what else there is to say, such as how many failed
   */
  at(done: number, total: number | null, note?: string): void;
  /** The work is over: a bar goes away. */
  end(): void;
}

/** Where the command line speaks. Results go to standard output; progress, questions, errors and the log do not. */
export interface Screen {
  /** Somebody watches, and can answer. */
  readonly isTerminal: boolean;
  say(line?: string): void;
  /** To standard error. */
  complain(line: string): void;
  paint(colour: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string): string;
  /** A bar on a terminal; elsewhere a plain line every few seconds. @param unit in the plural, such as `rows` */
  progress(what: string, unit: string): Progress;
  /** Where the log goes: standard error, above a bar. */
  readonly log: { write(line: string): void };
}

const barWidth = 24;
const redrawEveryMs = 100;
const lineEveryMs = 5 * second;
/** Before this the rate is a guess. */
const rateAfterMs = second;

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a process has, as far as it is used here. */
export interface Streams {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** @param environment `CI` stands for nobody watching, `NO_COLOR` (https://no-color.org) for no colours */
export function createScreen(streams: Streams, environment: Readonly<Record<string, string | undefined>>): Screen {
  const { stdin, stdout, stderr } = streams;
  const isTerminal = Boolean(stdin.isTTY && stderr.isTTY) && !isSet(environment.CI) && environment.TERM !== 'dumb';
  const isColoured =
    Boolean(stdout.isTTY) && isTerminal && (environment.NO_COLOR === undefined || environment.NO_COLOR === '');
  let isBarShown = false;
  // What stands in a file must not move the cursor of whoever reads about it; a colour does no harm.
  const harmless = (text: string) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what switches colours
    text.replace(/(\u001b\[\d+m|\n)|[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (_, kept?: string) => kept ?? '');
  const clear = (): void => {
    if (isBarShown) stderr.write('\r\u001b[2K');
    isBarShown = false;
  };
  const paint: Screen['paint'] = (colour, text) => (isColoured ? styleText(colour, text) : text);
  return {
    isTerminal,
    paint,
    say(line = '') {
      clear();
      stdout.write(`${harmless(line)}\n`);
    },
    complain(line) {
      clear();
      stderr.write(`${harmless(line)}\n`);
    },
    log: {
      write(line) {
        clear();
        stderr.write(line);
      },
    },
    progress(what, unit) {
      const startedAt = performance.now();
      // What was done before this began says nothing about how fast it is now.
      let doneBefore: number | null = null;
      let toldAt = isTerminal ? Number.NEGATIVE_INFINITY : startedAt;
      return {
        at(done, total, note = '') {
          doneBefore ??= done;
          const now = performance.now();
          if (now - toldAt < (isTerminal ? redrawEveryMs : lineEveryMs)) return;
          toldAt = now;
          const pace = paceOf(done - doneBefore, now - startedAt, total === null ? null : total - done);
          const facts = [countOf(done, total, unit), ...pace, ...(note === '' ? [] : [note])].join(' · ');
          if (!isTerminal) {
            stderr.write(`${what}: ${facts}\n`);
            return;
          }
          clear();
          const line = `${total === null ? '' : `${bar(done, total, paint)} `}${what}: ${facts}`;
          stderr.write(cutTo(line, stderr.columns || 80));
          isBarShown = true;
        },
        end: clear,
      };
    },
  };
}

const isSet = (value: string | undefined) => value !== undefined && value !== '' && value !== 'false' && value !== '0';

function countOf(done: number, total: number | null, unit: string): string {
  const told = done.toLocaleString('en-US');
  if (total === null) return `${told} ${unit}`;
  const percent = total === 0 ? 100 : Math.floor((done * 100) / total);
  return `${told} of ${total.toLocaleString('en-US')} ${unit} (${percent} %)`;
}

/** How fast it goes, and how long it will take, as soon as that can be told. */
function paceOf(done: number, elapsedMs: number, left: number | null): string[] {
  if (elapsedMs < rateAfterMs || done === 0) return [];
  const perSecond = (done * second) / elapsedMs;
  const rate = `${Math.max(1, Math.round(perSecond)).toLocaleString('en-US')} a second`;
  return left === null || left === 0 ? [rate] : [rate, `${durationOf(left / perSecond)} left`];
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationOf(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function bar(done: number, total: number, paint: Screen['paint']): string {
  const filled = total === 0 ? barWidth : Math.floor((done / total) * barWidth);
  return `${paint('green', '━'.repeat(filled))}${paint('dim', '─'.repeat(barWidth - filled))}`;
}

/** Cuts a line to the terminal's width; a longer one would break, and could not be drawn over. Colours take no room. */
function cutTo(line: string, columns: number): string {
  let room = columns - 1;
  let kept = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what switches colours
  for (const piece of line.split(/(\u001b\[\d+m)/)) {
    if (piece.startsWith('\u001b')) {
      kept += piece;
      continue;
    }
    kept += piece.slice(0, room);
    room -= Math.min(room, piece.length);
  }
  return kept;
}

/** `3 people`, `1 person`. */
export const people = (number: number): string => count(number, 'person', 'people');
