import type { SheetCellKind } from './sheet.types';

/** What a number format does to a number, as far as it matters for text that names something. */
export type NumberFormat =
  | { readonly shows: 'number' }
  /** `day` and `time` say which parts the format shows. */
  | { readonly shows: 'date'; readonly day: boolean; readonly time: boolean }
  /** Padded digits with fixed text around them, such as `000` or `"EMP-"0000`; `null` stands for a digit. */
  | { readonly shows: 'digits'; readonly pattern: ReadonlyArray<DigitSlot | string> };

type DigitSlot = { readonly pad: '0' | '' };

export interface ShownNumber {
  readonly text: string;
  readonly kind: Extract<SheetCellKind, 'number' | 'date' | 'text'>;
}

const plain: NumberFormat = { shows: 'number' };
const dayOnly: NumberFormat = { shows: 'date', day: true, time: false };
const timeOnly: NumberFormat = { shows: 'date', day: false, time: true };
const dayAndTime: NumberFormat = { shows: 'date', day: true, time: true };

// ECMA-376 part 1, 18.8.30: formats that files name by number alone. 27–36 and 50–58 are dates in East Asian locales
// (32–35 and 55–56 show a time in some of them). 46 is an elapsed time, which is a number of days and no date.
function builtInFormat(id: number): NumberFormat {
  if (id === 22) return dayAndTime;
  if ((id >= 18 && id <= 21) || id === 45 || id === 47 || (id >= 32 && id <= 35)) return timeOnly;
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return dayOnly;
  return plain;
}

/**
 * The meaning of a cell style's number format. `id` is its `numFmtId`; `code` the format code when the file defines one
 * for that id (ECMA-376 part 1, 18.8.31).
 */
export function readNumberFormat(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return builtInFormat(id);
  const section = firstSection(code);
  // Conditions choose between sections by value; nothing that names people is formatted so.
  if (/\[[<>=]/.test(code)) return plain;
  if (/\[(h+|m+|s+)\]/i.test(section)) return plain;
  const letters = section
    .replace(/"[^"]*"?|[\\_*]./gs, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/general|standard/gi, '');
  const day = /[dy]/i.test(letters) || (/m/i.test(letters) && !/[hs]/i.test(letters));
  const time = /[hs]/i.test(letters);
  if (day || time) return { shows: 'date', day, time };
  const pattern = digitPattern(section);
  return pattern ? { shows: 'digits', pattern } : plain;
}

function firstSection(code: string): string {
  const match = /^(?:"[^"]*"?|\\.|[^;])*/s.exec(code);
  return match ? match[0] : code;
}

function digitPattern(section: string): Array<DigitSlot | string> | undefined {
  const pattern: Array<DigitSlot | string> = [];
  const tokens = /"([^"]*)"|\\(.)|([0#?])|([-+():$ ])|(.)/gsu;
  for (const [, quoted, escaped, digit, literal] of section.replace(/^\[[^\]]*\]/, '').matchAll(tokens)) {
    const fixed = quoted ?? escaped ?? literal;
    if (digit !== undefined) pattern.push({ pad: digit === '0' ? '0' : '' });
    else if (fixed !== undefined) pattern.push(fixed);
    else return undefined;
  }
  const zeros = pattern.filter((slot) => typeof slot !== 'string' && slot.pad === '0').length;
  const fixedText = pattern.some((slot) => typeof slot === 'string' && slot !== '');
  return zeros > 1 || (zeros === 1 && fixedText) ? pattern : undefined;
}

/**
 * A number as a person sees it in the cell. `raw` is the text in the file. What is no finite number comes back as text,
 * and digits that stand in the file are never lost.
 */
export function showNumber(raw: string, format: NumberFormat, epoch1904: boolean): ShownNumber {
  const value = Number(raw);
  if (!Number.isFinite(value)) return { text: raw, kind: 'text' };
  switch (format.shows) {
    case 'number':
      return { text: showPlain(raw, value), kind: 'number' };
    case 'digits':
      return { text: fillDigits(raw, value, format.pattern), kind: 'number' };
    case 'date': {
      const date = showDate(value, format, epoch1904);
      return date === undefined ? { text: showPlain(raw, value), kind: 'number' } : { text: date, kind: 'date' };
    }
  }
}

const wholeNumber = /^(?:0|-?[1-9]\d*)$/;
const shortDecimal = /^-?(?:0|[1-9]\d{0,9})\.\d{0,4}[1-9]$/;

function showPlain(raw: string, value: number): string {
  if (wholeNumber.test(raw) || shortDecimal.test(raw)) return raw;
  // Programs show 15 digits; files hold 17, so that 0.3 may stand there as 0.30000000000000004.
  return withoutExponent(String(Number(value.toPrecision(15))));
}

function withoutExponent(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text === '-0' ? '0' : text;
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

function fillDigits(raw: string, value: number, pattern: ReadonlyArray<DigitSlot | string>): string {
  if (!Number.isSafeInteger(value) || value < 0) return showPlain(raw, value);
  let rest = String(value);
  let shown = '';
  let slotsLeft = pattern.filter((slot) => typeof slot !== 'string').length;
  for (let index = pattern.length - 1; index >= 0; index -= 1) {
    const slot = pattern[index];
    if (slot === undefined) continue;
    if (typeof slot === 'string') {
      shown = slot + shown;
      continue;
    }
    slotsLeft -= 1;
    // The leftmost digit of a format takes all that is left of the number.
    const taken = slotsLeft === 0 ? rest : rest.slice(-1);
    shown = (taken || slot.pad) + shown;
    rest = rest.slice(0, rest.length - taken.length);
  }
  return shown;
}

// The same few thousand days stand in a sheet again and again.
const knownDays = new Map<number, string>();
const mostKnownDays = 10_000;

const daysTo1970From1900 = 25_569;
const daysTo1970From1904 = 24_107;
// 31 December 9999, the last day of every spreadsheet program, counted from 1900.
const lastSerialDay = 2_958_465;
const secondsOfDay = 86_400;

function showDate(serial: number, format: { day: boolean; time: boolean }, epoch1904: boolean): string | undefined {
  const seconds = Math.round(serial * secondsOfDay);
  const day = Math.floor(seconds / secondsOfDay);
  const secondInDay = seconds - day * secondsOfDay;
  const dayFrom1900 = epoch1904 ? day + daysTo1970From1900 - daysTo1970From1904 : day;
  if (serial < 0 || dayFrom1900 > lastSerialDay) return undefined;
  const time = secondInDay === 0 ? '00:00:00' : new Date(secondInDay * 1000).toISOString().slice(11, 19);
  if (day === 0 && !format.day) return time;
  if (day === 0 && !epoch1904) return undefined;
  const date = calendarDay(dayFrom1900, epoch1904);
  return secondInDay === 0 ? date : `${date}T${time}`;
}

function calendarDay(dayFrom1900: number, epoch1904: boolean): string {
  // Excel's 1900 has a 29 February, kept from Lotus 1-2-3: day 60 is that one, and the days before it are one off.
  if (dayFrom1900 === 60 && !epoch1904) return '1900-02-29';
  const day = dayFrom1900 + (dayFrom1900 < 60 && !epoch1904 ? 1 : 0) - daysTo1970From1900;
  const known = knownDays.get(day);
  if (known !== undefined) return known;
  const shown = new Date(day * secondsOfDay * 1000).toISOString().slice(0, 10);
  if (knownDays.size < mostKnownDays) knownDays.set(day, shown);
  return shown;
}

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** A cell of type `d` (ISO text in the file) in the same shape as other dates; what is no ISO date stays as it is. */
export function showIsoDate(raw: string): ShownNumber {
  const match = isoDate.exec(raw);
  if (!match) return { text: raw, kind: /^T?\d{2}:\d{2}/.test(raw) ? 'date' : 'text' };
  const [, day = '', minutes, seconds = '00'] = match;
  if (minutes === undefined || (minutes === '00:00' && seconds === '00')) return { text: day, kind: 'date' };
  return { text: `${day}T${minutes}:${seconds}`, kind: 'date' };
}
