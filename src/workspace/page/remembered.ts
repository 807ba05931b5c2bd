/** A value in this browser's local storage; a browser that refuses storage just forgets. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`usher.workspace.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`usher.workspace.${key}`, value);
  } catch {
    // Storage is full or switched off; nothing the person must know.
  }
}

/** A remembered JSON value, or the fallback if there is none or it is not readable. */
export function rememberedJson<T>(key: string, fallback: T): T {
  const text = remembered(key);
  if (text === null) return fallback;
  try {
    return JSON.parse(text) as T;
  } catch {
    return fallback;
  }
}
