import type { FileInput } from '@slack/types';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ElementState, FileView } from '../../protocol';
import { sentenceOf } from '../api';
import { useBlockForm } from '../blocks/form-context';
import { fileSize } from '../file-size';
import { Icon } from '../icon';
import { useElement } from './use-element';

type FilesState = ElementState & { readonly files: readonly FileView[] };

/** Files of a form: they are uploaded when chosen, and travel with the submission by id. */
export function FileInputElement({ element }: { element: FileInput }): JSX.Element {
  const form = useBlockForm();
  const handle = useElement<FilesState>(element, { type: element.type, files: [] });
  const [uploading, setUploading] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { files } = handle.state;
  const most = element.max_files ?? 10;

  const add = async (chosen: readonly File[]) => {
    setFailure(null);
    const uploaded: FileView[] = [];
    try {
      for (const file of chosen.slice(0, most - files.length)) {
        setUploading(file.name);
        uploaded.push(await form.upload(refuseOtherTypes(file, element.filetypes)));
      }
      if (chosen.length > most - files.length) setFailure(`You can add ${most} file${most === 1 ? '' : 's'} at most.`);
    } catch (error) {
      setFailure(error instanceof WrongFileType ? error.message : sentenceOf(error));
    }
    setUploading(null);
    if (uploaded.length > 0) handle.change({ type: element.type, files: [...files, ...uploaded] });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first
    <div
      class={`file-input ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        void add([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <input
        ref={input}
        {...handle.naming}
        class="file-input-native"
        type="file"
        multiple={most > 1}
        accept={element.filetypes?.map((type) => `.${type}`).join(',')}
        disabled={files.length >= most || uploading !== null}
        onChange={(event) => {
          void add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      {files.map((file) => (
        <div key={file.id} class="file-row">
          <Icon name="file" />
          <span class="file-row-name">{file.name}</span>
          <span class="file-row-size">{fileSize(file.size)}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${file.name}`}
            onClick={() => {
              handle.change({ type: element.type, files: files.filter((other) => other.id !== file.id) });
              input.current?.focus();
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {files.length < most && (
        <span class="file-input-call" aria-hidden="true">
          <Icon name="drop" />
          {uploading === null ? 'Choose a file, or drop it here' : `Uploading ${uploading}…`}
        </span>
      )}
      <span class={failure === null ? 'sr-only' : 'field-error'} role="status">
        {failure ?? (uploading === null ? '' : `Uploading ${uploading}`)}
      </span>
    </div>
  );
}

class WrongFileType extends Error {}

function refuseOtherTypes(file: File, types: readonly string[] | undefined): File {
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? '';
  if (!types || types.length === 0 || types.includes(ending)) return file;
  const allowed = types.map((type) => `.${type}`).join(', ');
  throw new WrongFileType(`“${file.name}” is not of a type that is accepted here (${allowed}).`);
}
