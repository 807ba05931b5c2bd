import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CommandView, ConversationView } from '../protocol';
import { sentenceOf } from './api';
import { completeCommand } from './command-completion';
import { CommandMenu } from './command-menu';
import { draftOf, keepDraft } from './drafts';
import { fileSize } from './file-size';
import { Icon } from './icon';
import { SampleFiles } from './sample-files';
import { useShell } from './shell-context';
import type { Workspace } from './use-workspace';

interface ComposerProps {
  workspace: Workspace;
  conversation: ConversationView;
  label: string;
  /** Attached, not sent yet. */
  files: readonly File[];
  onFiles(files: readonly File[]): void;
}

/** Where one types messages and commands, and attaches files. */
export function Composer({ workspace, conversation, label, files, onFiles }: ComposerProps): JSX.Element {
  const shell = useShell();
  const { state, api, notify } = workspace;
  const [text, setText] = useState(() => draftOf(shell.me.id, conversation.id));
  const [active, setActive] = useState(0);
  const [isMenuClosed, setMenuClosed] = useState(false);
  const [sending, setSending] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const menuId = `commands-${conversation.id}`;

  const completion = completeCommand(text, state.boot?.commands ?? []);
  const choices = isMenuClosed ? [] : completion.choices;
  const at = Math.min(active, Math.max(0, choices.length - 1));

  useEffect(() => keepDraft(shell.me.id, conversation.id, text), [shell.me.id, conversation.id, text]);
  useEffect(() => {
    // On a phone the keyboard would cover half of what one came to read.
    if (matchMedia('(min-width: 721px)').matches && !document.querySelector('dialog[open]')) area.current?.focus();
  }, []);
  useEffect(() => {
    if (files.length > 0) area.current?.focus();
  }, [files.length]);
  useLayoutEffect(() => {
    if (!area.current) return;
    area.current.style.height = 'auto';
    area.current.style.height = `${Math.min(area.current.scrollHeight, 220)}px`;
  }, [text]);

  const type = (next: string) => {
    setText(next);
    setActive(0);
    setMenuClosed(false);
  };
  const take = (command: CommandView) => {
    type(`${command.command} `);
    area.current?.focus();
  };

  const send = async () => {
    const said = text.trim();
    if ((said === '' && files.length === 0) || sending !== null) return;
    const attached = files;
    type('');
    onFiles([]);
    workspace.dispatch({ type: 'notices_past', conversationId: conversation.id });
    let left = attached;
    try {
      if (said !== '') {
        setSending(said.startsWith('/') ? (said.split(/\s/, 1)[0] ?? '') : '');
        await api.post({ conversationId: conversation.id, text: said });
      }
      for (const file of attached) {
        setSending(file.name);
        await api.upload(file, conversation.id);
        left = left.slice(1);
      }
    } catch (error) {
      notify(sentenceOf(error), conversation.id);
      if (left.length > 0) onFiles(left);
      if (left === attached) setText((typed) => (typed === '' ? text : typed));
    } finally {
      setSending(null);
    }
  };

  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.isComposing) return;
    const choice = choices[at];
    if (choice && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      setActive((at + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length);
    } else if (
      choice &&
      (event.key === 'Tab' || (event.key === 'Enter' && text !== choice.command)) &&
      !event.shiftKey
    ) {
      event.preventDefault();
      take(choice);
    } else if (choice && event.key === 'Escape') {
      event.preventDefault();
      setMenuClosed(true);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  };

  const canSend = (text.trim() !== '' || files.length > 0) && sending === null;
  return (
    <div class="composer">
      {choices.length > 0 && (
        <CommandMenu
          id={menuId}
          appName={shell.appName}
          choices={choices}
          active={at}
          onActive={setActive}
          onPick={take}
        />
      )}
      <span class="sr-only" role="status">
        {choices.length > 0 && `${choices.length} ${choices.length === 1 ? 'command' : 'commands'} to choose from`}
      </span>
      {completion.current && (
        <p class="command-usage">
          <b>{completion.current.command}</b> {completion.current.usageHint}
          <span class="command-usage-description">{completion.current.description}</span>
        </p>
      )}
      <div class="composer-box">
        <textarea
          ref={area}
          class="composer-text"
          rows={1}
          aria-label={label}
          placeholder={label}
          aria-controls={choices.length > 0 ? menuId : undefined}
          aria-autocomplete="list"
          aria-activedescendant={choices.length > 0 ? `${menuId}-${at}` : undefined}
          autocomplete="off"
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...(event.clipboardData?.files ?? [])];
            if (pasted.length === 0) return;
            event.preventDefault();
            onFiles([...files, ...pasted]);
          }}
        />
        {files.length > 0 && (
          <ul class="attached" aria-label="Attached files">
            {files.map((file) => (
              <li key={`${file.name}:${file.size}:${file.lastModified}`} class="file-row">
                <Icon name="file" />
                <span class="file-row-name">{file.name}</span>
                <span class="file-row-size">{fileSize(file.size)}</span>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Remove ${file.name}`}
                  onClick={() => onFiles(files.filter((other) => other !== file))}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
        )}
        <div class="composer-bar">
          <input
            ref={picker}
            class="sr-only"
            type="file"
            multiple
            tabIndex={-1}
            aria-label="Files to attach"
            onChange={(event) => {
              onFiles([...files, ...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
            }}
          />
          <button
            type="button"
            class="icon-button"
            aria-label="Attach a file"
            title="Attach a file"
            onClick={() => picker.current?.click()}
          >
            <Icon name="attach" />
          </button>
          <button
            type="button"
            class="icon-button icon-button-slash"
            aria-label="Choose a command"
            title="Choose a command"
            onClick={() => {
              type('/');
              area.current?.focus();
            }}
          >
            /
          </button>
          <SampleFiles workspace={workspace} conversation={conversation} />
          <span class="composer-status" role="status">
            {sending !== null && (
              <>
                <span class="spinner" aria-hidden="true" /> {sending === '' ? 'Sending…' : `Sending ${sending}…`}
              </>
            )}
          </span>
          <span class="composer-keys" aria-hidden="true">
            <kbd>Shift</kbd>+<kbd>Enter</kbd> for a new line
          </span>
          <button
            type="button"
            class="send"
            aria-label="Send"
            title="Send"
            aria-disabled={!canSend}
            onClick={() => void send()}
          >
            <Icon name="send" />
          </button>
        </div>
      </div>
    </div>
  );
}
