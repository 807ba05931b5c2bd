import type { JSX } from 'preact';
import type { FileView } from '../protocol';
import { fileSize } from './file-size';
import { Icon } from './icon';
import { useShell } from './shell-context';

/** A shared file; a click downloads it. */
export function FileCard({ file }: { file: FileView }): JSX.Element {
  const shell = useShell();
  const isSheet = /\.(xlsx|xls|csv|ods)$/i.test(file.name);
  return (
    <a class="file-card" href={shell.api.downloadUrl(file)} download={file.name}>
      <span class="sr-only">Download</span>
      <span class={`file-card-icon ${isSheet ? 'is-sheet' : ''}`}>
        <Icon name={isSheet ? 'sheet' : 'file'} />
      </span>
      <span class="file-card-text">
        <span class="file-card-name ellipsis">{file.name}</span>
        <span class="file-card-size">
          {typeName(file)} · {fileSize(file.size)}
        </span>
      </span>
      <Icon name="download" />
    </a>
  );
}

function typeName(file: FileView): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const names: Record<string, string> = { xlsx: 'Excel workbook', csv: 'CSV', xls: 'Old Excel workbook', pdf: 'PDF' };
  return names[ending] ?? (ending === '' ? 'File' : `${ending.toUpperCase()} file`);
}
