import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { Refused } from '../refused';

/** The whole body of a request; throws where it is longer than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw new Refused('That is too large for this workspace.', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface FilePart {
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
}

export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly FilePart[];
}

export function isMultipart(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('multipart/form-data');
}

/** The fields and files of a multipart body; throws where a file is longer than `limit` bytes. */
export function readForm(request: IncomingMessage, limit: number): Promise<Form> {
  return new Promise((resolve, reject) => {
    const fields: Record<string, string> = {};
    const files: FilePart[] = [];
    let tooLarge = false;
    const malformed = () => reject(new Refused('That upload cannot be read.', 400));
    let form: InstanceType<typeof Busboy>;
    try {
      form = new Busboy({
        headers: request.headers as BusboyHeaders,
        limits: { fileSize: limit + 1, files: 10, fields: 50, fieldSize: 1024 * 1024 },
      });
    } catch {
      malformed();
      return;
    }
    form.on('field', (name, value) => {
      fields[name] = value;
    });
    form.on('file', (_field, stream, filename, _encoding, mimetype) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => {
        tooLarge = true;
      });
      stream.on('end', () => files.push({ name: filename || 'file', mimetype, bytes: Buffer.concat(chunks) }));
    });
    form.on('finish', () => {
      if (tooLarge) reject(new Refused('That file is too large for this workspace.', 413));
      else resolve({ fields, files });
    });
    form.on('error', malformed);
    request.on('aborted', malformed);
    request.pipe(form);
  });
}
