import { randomBytes } from 'node:crypto';
import { freshId } from './ids';

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
  readonly bytes: Buffer;
  readonly owner: string;
  readonly createdAt: Date;
  /** Conversation id → ts of the messages that share it. */
  readonly shares: Map<string, string[]>;
  /** Handed to the app in a submitted `file_input`. */
  submitted: boolean;
}

/** A place that was asked for with `files.getUploadURLExternal` and waits for its bytes. */
export interface PendingUpload {
  readonly ticket: string;
  readonly fileId: string;
  readonly filename: string;
  readonly length: number;
  bytes: Buffer | null;
}

const bytesKept = 100 * 1024 * 1024;
const uploadsKept = 200;

const mimetypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  txt: 'text/plain',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
};

/** Slack's short word for a kind of file: the ending of its name. */
export function fileType(name: string): string {
  return /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? 'binary';
}

export interface NewFile {
  readonly id?: string;
  readonly name: string;
  readonly title?: string;
  readonly mimetype?: string;
  readonly bytes: Buffer;
  readonly owner: string;
  readonly createdAt: Date;
}

export interface Files {
  add(file: NewFile): StoredFile;
  byId(id: string): StoredFile | undefined;
  remove(id: string): void;
  expectUpload(filename: string, length: number): PendingUpload;
  uploadByTicket(ticket: string): PendingUpload | undefined;
  /** Takes an upload whose bytes have come; undefined where there is none. */
  takeUpload(fileId: string): PendingUpload | undefined;
}

/** The files of the workspace, in memory; the oldest go when there are more than 100 MB. */
export function createFiles(): Files {
  const files = new Map<string, StoredFile>();
  const uploads = new Map<string, PendingUpload>();
  let kept = 0;
  const remove = (id: string) => {
    kept -= files.get(id)?.size ?? 0;
    files.delete(id);
  };
  return {
    add({ id, name, title, mimetype, bytes, owner, createdAt }) {
      const file: StoredFile = {
        id: id ?? freshId('F'),
        name,
        title: title ?? name,
        mimetype: mimetype || (mimetypes[fileType(name)] ?? 'application/octet-stream'),
        size: bytes.length,
        bytes,
        owner,
        createdAt,
        shares: new Map(),
        submitted: false,
      };
      files.set(file.id, file);
      kept += file.size;
      for (const oldest of files.keys()) {
        if (kept <= bytesKept || oldest === file.id) break;
        remove(oldest);
      }
      return file;
    },
    byId: (id) => files.get(id),
    remove,
    expectUpload(filename, length) {
      const upload = { ticket: randomBytes(18).toString('hex'), fileId: freshId('F'), filename, length, bytes: null };
      uploads.set(upload.ticket, upload);
      const [oldest] = uploads.keys();
      if (uploads.size > uploadsKept && oldest !== undefined) uploads.delete(oldest);
      return upload;
    },
    uploadByTicket: (ticket) => uploads.get(ticket),
    takeUpload(fileId) {
      const upload = [...uploads.values()].find((one) => one.fileId === fileId && one.bytes !== null);
      if (upload) uploads.delete(upload.ticket);
      return upload;
    },
  };
}
