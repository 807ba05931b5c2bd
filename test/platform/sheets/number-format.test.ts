import { readNumberFormat, showIsoDate, showNumber } from '../../../src/platform/sheets/number-format';

const show = (raw: string, id = 0, code?: string, epoch1904 = false) =>
  showNumber(raw, readNumberFormat(id, code), epoch1904).text;

test.each([
  ['7', '7'],
  ['7.0', '7'],
  ['-0', '0'],
  ['0.30000000000000004', '0.3'],
  ['1E+21', '1000000000000000000000'],
  ['1.5e-7', '0.00000015'],
  ['-1.25E+3', '-1250'],
  ['12345678901234567890', '12345678901234567890'],
  ['1.2345678901234567E+19', '12345678901234600000'],
  ['NaN', 'NaN'],
  ['1e999', '1e999'],
])('the number %s is shown as %s', (raw, text) => {
  expect(show(raw)).toBe(text);
});

test('what is no finite number comes back as text', () => {
  expect(showNumber('seven', { shows: 'number' }, false)).toEqual({ text: 'seven', kind: 'text' });
  expect(showNumber('INF', { shows: 'number' }, false).kind).toBe('text');
});

test.each([
  ['000', '7', '007'],
  ['000', '1234', '1234'],
  ['"EMP-"0000', '42', 'EMP-0042'],
  ['\\U000', '7', 'U007'],
  ['000-00-0000', '123456789', '123-45-6789'],
  ['000', '-7', '-7'],
  ['000', '7.5', '7.5'],
  ['0', '7', '7'],
  ['0.00', '7', '7'],
  ['#,##0', '1234567', '1234567'],
  ['0%', '0.5', '0.5'],
  ['0.00E+00', '1234', '1234'],
  ['General', '7', '7'],
  ['@', '7', '7'],
  ['[Red]0', '7', '7'],
  ['[<=9999999]###-####;(###) ###-####', '5551234', '5551234'],
])('with the format %s the number %s is shown as %s', (code, raw, text) => {
  expect(show(raw, 164, code)).toBe(text);
});

test.each([
  ['yyyy-mm-dd', '46053', '2026-01-31'],
  ['dd\\.mm\\.yyyy', '46053', '2026-01-31'],
  ['[$-409]mmm d, yyyy;@', '46053', '2026-01-31'],
  ['"day" d', '46053', '2026-01-31'],
  ['d/m/yy h:mm', '46053.395833333336', '2026-01-31T09:30:00'],
  ['yyyy', '46053.999999999', '2026-02-01'],
  ['h:mm AM/PM', '0.395833333333333', '09:30:00'],
  ['h:mm', '0', '00:00:00'],
  ['mm:ss', '46053.5', '2026-01-31T12:00:00'],
  ['[h]:mm', '1.5', '1.5'],
  ['0" days"', '3', '3 days'],
  ['"day"0', '3', 'day3'],
  ['yyyy', '0', '0'],
  ['yyyy', '1', '1900-01-01'],
  ['yyyy', '59', '1900-02-28'],
  ['yyyy', '60', '1900-02-29'],
  ['yyyy', '61', '1900-03-01'],
  ['yyyy', '-1', '-1'],
  ['yyyy', '2958465', '9999-12-31'],
  ['yyyy', '2958466', '2958466'],
])('with the format %s the serial %s is shown as %s', (code, raw, text) => {
  expect(show(raw, 164, code)).toBe(text);
});

test.each([
  [14, '2026-01-31T09:30:00'],
  [22, '2026-01-31T09:30:00'],
  [31, '2026-01-31T09:30:00'],
  [57, '2026-01-31T09:30:00'],
  [0, '46053.3958333333'],
  [46, '46053.3958333333'],
  [49, '46053.3958333333'],
])('the built-in format %d is known by its number', (id, text) => {
  expect(show('46053.395833333336', id)).toBe(text);
});

test('dates counted from 1904 are four years and a day later', () => {
  expect(show('44591', 14, undefined, true)).toBe('2026-01-31');
  expect(show('0', 14, undefined, true)).toBe('1904-01-01');
});

test.each([
  ['2026-01-31', '2026-01-31'],
  ['2026-01-31T00:00:00', '2026-01-31'],
  ['2026-01-31T09:30:00.000Z', '2026-01-31T09:30:00'],
  ['2026-01-31T09:30', '2026-01-31T09:30:00'],
])('the ISO date %s is shown as %s', (raw, text) => {
  expect(showIsoDate(raw)).toEqual({ text, kind: 'date' });
});
