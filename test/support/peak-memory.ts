import { readFileSync } from 'node:fs';

/**
 * The most resident memory, in bytes, that this process ever had. Linux counts what a process had before it became this
 * program into `maxRSS`, and that is the memory of its parent; the kernel's own mark in /proc begins anew.
 */
export function peakMemory(): number {
  let status = '';
  try {
    status = readFileSync('/proc/self/status', 'utf8');
  } catch {
    // Not Linux.
  }
  const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}
