import { SheetUnreadable } from './sheet.types';

/** Many texts in little memory: UTF-8 in one growing buffer outside the heap, read back by their index. */
export interface TextStore {
  /** Adds a text and returns its index. Throws `SheetUnreadable` ('too_large') above `maxStoredBytes`. */
  add(text: string): number;
  get(index: number): string | undefined;
  readonly size: number;
}

const loneSurrogate = /\p{Surrogate}/u;

// A million people with ten distinct texts each; strings on the heap would take about three times as much.
const recentTexts = 1024;
const longestRecent = 256;

const maxStoredBytes = 384 * 1024 * 1024;

/** An empty store. Lone surrogates survive: a text that holds one is kept aside as it is. */
export function createTextStore(): TextStore {
  let bytes = Buffer.allocUnsafeSlow(64 * 1024);
  let ends = new Uint32Array(1024);
  const kept = new Map<number, string>();
  // Few texts stand in most cells: statuses, projects, profiles.
  const recentIndexes = new Int32Array(recentTexts).fill(-1);
  const recent: string[] = new Array(recentTexts).fill('');
  let size = 0;
  let used = 0;

  return {
    get size() {
      return size;
    },
    add(text) {
      const index = size;
      // Three bytes are the most that one UTF-16 unit becomes.
      if (used + text.length * 3 > bytes.length) {
        const wanted = Math.max(bytes.length * 2, used + text.length * 3);
        if (used + text.length > maxStoredBytes) throw new SheetUnreadable('too_large');
        const grown = Buffer.allocUnsafeSlow(wanted);
        bytes.copy(grown, 0, 0, used);
        bytes = grown;
      }
      if (index === ends.length) {
        const grown = new Uint32Array(ends.length * 2);
        grown.set(ends);
        ends = grown;
      }
      if (loneSurrogate.test(text)) kept.set(index, text);
      else if (text !== '') used += bytes.write(text, used, 'utf8');
      ends[index] = used;
      size += 1;
      return index;
    },
    get(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size) return undefined;
      const slot = index & (recentTexts - 1);
      if (recentIndexes[slot] === index) return recent[slot];
      const text = kept.get(index) ?? bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index]);
      if (text.length <= longestRecent) {
        recent[slot] = text;
        recentIndexes[slot] = index;
      }
      return text;
    },
  };
}
