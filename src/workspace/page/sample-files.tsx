import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ConversationView } from '../protocol';
import { sentenceOf } from './api';
import { Popup } from './elements/popup';
import { fileSize } from './file-size';
import { Icon } from './icon';
import type { Workspace } from './use-workspace';

/** “Try it”: spreadsheets that lie ready, for somebody who has none at hand. */
export function SampleFiles(props: { workspace: Workspace; conversation: ConversationView }): JSX.Element | null {
  const { workspace, conversation } = props;
  const samples = workspace.state.boot?.samples ?? [];
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    if (isOpen) list.current?.querySelector('button')?.focus();
  }, [isOpen]);
  if (samples.length === 0) return null;

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const drop = async (name: string) => {
    close();
    try {
      await workspace.api.dropSample(name, conversation.id);
    } catch (error) {
      workspace.notify(sentenceOf(error), conversation.id);
    }
  };
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLUListElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === 'ArrowUp') buttons[(at - 1 + buttons.length) % buttons.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="samples-button"
        aria-expanded={isOpen}
        aria-haspopup="true"
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="sheet" />
        <span>Try it: drop a sample</span>
      </button>
      {isOpen && (
        <Popup anchor={button} class="samples-popup">
          <ul
            ref={list}
            class="samples"
            aria-label="Sample files"
            onKeyDown={onKeyDown}
            onFocusOut={(event) => {
              const next = event.relatedTarget;
              const isInside = next instanceof Node && (event.currentTarget.contains(next) || next === button.current);
              if (!isInside) setOpen(false);
            }}
          >
            {samples.map((sample) => (
              <li key={sample.name}>
                <button type="button" class="sample" onClick={() => void drop(sample.name)}>
                  <span class="file-card-icon is-sheet">
                    <Icon name="sheet" />
                  </span>
                  <span class="sample-text">
                    <span class="sample-name">
                      {sample.name} <span class="sample-size">{fileSize(sample.size)}</span>
                    </span>
                    <span class="sample-note">{sample.note}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Popup>
      )}
    </>
  );
}
