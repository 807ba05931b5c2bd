import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { second } from '../../lib/duration';
import { invalidInput } from '../errors';

export interface FileToSend {
  readonly path: string;
  readonly name: string;
  /** Bytes, as they were announced. */
  readonly size: number;
  readonly signal?: AbortSignal;
}

/** Bytes a second of a poor line; a file may take as long as that takes, and an answer beside it. */
const slowestLine = 128 * 1024;
const longestAnswer = 10 * second;

/** Why an upload broke, for the person who waits for the file; other errors are none of the upload's. */
function uploadProblem(error: unknown, name: string): unknown {
  const { name: kind, cause } = error as { name?: string; cause?: { code?: string } };
  if (kind === 'TimeoutError')
    return invalidInput(`Slack took too long to take ${name}. Ask for it again in a moment.`);
  if (kind === 'TypeError' && cause !== undefined)
    return invalidInput(`The connection to Slack broke while ${name} was sent. Ask for it again in a moment.`);
  return error;
}

/**
 * Sends a file from the disk to the address that Slack gave for it, which knows by itself for whom: no token goes there.
 * The file is never held in memory, and the longer it is, the longer it may take.
 * @throws AppError `invalid_input` with a sentence about the file; what `signal` aborts with
 */
export async function sendFile(url: URL, { path, name, size, signal }: FileToSend): Promise<void> {
  const late = AbortSignal.timeout(longestAnswer + Math.ceil(size / slowestLine) * second);
  const bytes = createReadStream(path);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-length': String(size), 'content-type': 'application/octet-stream' },
      body: Readable.toWeb(bytes) as ReadableStream,
      duplex: 'half',
      redirect: 'error',
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    } as RequestInit);
    await response.text();
    if (response.ok) return;
    throw invalidInput(`Slack did not take ${name} (it answered ${response.status}). Ask for it again in a moment.`);
  } catch (error) {
    signal?.throwIfAborted();
    throw uploadProblem(error, name);
  } finally {
    bytes.destroy();
  }
}
