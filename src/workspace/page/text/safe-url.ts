const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** The address when a click on it can do no harm (no `javascript:`, `data:` …), else null. */
export function safeUrl(address: string): string | null {
  try {
    return schemes.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
