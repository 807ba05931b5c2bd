import { isIPv6 } from 'node:net';

/**
 * The network that one subscriber has for themselves: an IPv4 address alone, and of an IPv6 address the first 64 bits,
 * because whoever has one of those has all the others of the same 64 (RFC 4291, 2.5.4; RFC 6177).
 * @param address as the socket or a proxy gives it; what is no address comes back in small letters
 */
export function networkOf(address: string): string {
  const plain = (address.split('%', 1)[0] ?? '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    // An IPv4 address at the end stands for two groups.
    const places = last.length + (last.at(-1)?.includes('.') ? 1 : 0);
    while (groups.length + places < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
