import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from './icon';

/** A part of the page on which files can be dropped anywhere. */
export function DropZone(props: {
  name: string;
  onFiles(files: readonly File[]): void;
  children: ComponentChildren;
}): JSX.Element {
  const [isOver, setOver] = useState(false);
  // Entering a child leaves its parent: only when all are left the pointer is outside.
  const depth = useRef(0);
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  const end = () => {
    depth.current = 0;
    setOver(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the attach button is the first
    <div
      class="drop-zone"
      onDragEnter={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      }}
      onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) end();
      }}
      onDrop={(event) => {
        end();
        if (!carriesFiles(event)) return;
        event.preventDefault();
        props.onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {props.children}
      {isOver && (
        <div class="drop-shade" aria-hidden="true">
          <Icon name="drop" />
          Upload to {props.name}
        </div>
      )}
    </div>
  );
}
