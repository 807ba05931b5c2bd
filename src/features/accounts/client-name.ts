import Bowser from 'bowser';
import { oneLine, shorten } from '../../lib/plain-text';

// Real ones have some 150 characters; this one comes from anybody.
const longestAgent = 512;
const longestPart = 40;

/**
 * What people would call the browser or program behind a User-Agent: `Firefox on Windows`, or `Unknown browser`.
 * @param userAgent as it came in; anything at all
 */
export function clientName(userAgent: string): string {
  const agent = userAgent.slice(0, longestAgent);
  if (agent.trim() === '') return 'Unknown browser';
  const { browser, os } = Bowser.parse(agent);
  const part = (name: string | undefined) => shorten(oneLine(name ?? ''), longestPart);
  const name = part(browser.name) || 'Unknown browser';
  const system = part(os.name);
  return system === '' ? name : `${name} on ${system}`;
}
