import type { JSX } from 'preact';
import type { CommandView } from '../protocol';

interface CommandMenuProps {
  id: string;
  appName: string;
  choices: readonly CommandView[];
  active: number;
  onActive(index: number): void;
  onPick(command: CommandView): void;
}

/** The list above the composer while a command is being chosen. The composer has the focus and the keys. */
export function CommandMenu(props: CommandMenuProps): JSX.Element {
  return (
    <div class="command-menu">
      <p class="command-menu-head" aria-hidden="true">
        Commands of {props.appName}
        <span class="command-menu-keys">
          <kbd>↑</kbd> <kbd>↓</kbd> to choose, <kbd>Enter</kbd> to take
        </span>
      </p>
      <div class="command-menu-list" role="listbox" id={props.id} aria-label="Commands">
        {props.choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the composer has the focus and the keys
          <div
            key={choice.command}
            id={`${props.id}-${index}`}
            role="option"
            aria-selected={index === props.active}
            class={`command ${index === props.active ? 'is-active' : ''}`}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => index !== props.active && props.onActive(index)}
            onClick={() => props.onPick(choice)}
          >
            <span class="command-line">
              <b>{choice.command}</b> <span class="command-hint">{choice.usageHint}</span>
            </span>
            <span class="command-description">{choice.description}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
