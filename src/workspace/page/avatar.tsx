import type { JSX } from 'preact';
import type { PersonView } from '../protocol';
import { colourOf, initialsOf, nameOf } from './person-look';

/** Initials on a stable colour; this bot has its own mark. */
export function Avatar({
  person,
  size = 'medium',
}: {
  person: PersonView | null;
  size?: 'small' | 'medium' | 'large';
}): JSX.Element {
  if (person?.isThisBot) {
    return (
      <span class={`avatar avatar-${size} avatar-usher`} aria-hidden="true">
        <UsherMark />
      </span>
    );
  }
  return (
    <span
      class={`avatar avatar-${size} avatar-${colourOf(person?.id ?? '')}`}
      data-initials={initialsOf(nameOf(person))}
      aria-hidden="true"
    />
  );
}

/** The mark of Usher: an open door with its light. */
export function UsherMark(): JSX.Element {
  return (
    <svg class="usher-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="usher-mark-light" d="M13 24 5 28h22l-8-4z" />
      <path class="usher-mark-frame" d="M9 24V9a4 4 0 0 1 4-4h6a4 4 0 0 1 4 4v15" />
      <path class="usher-mark-door" d="M13 24V8.5L20 6v18z" />
      <circle class="usher-mark-knob" cx="17.8" cy="15.5" r="1.1" />
    </svg>
  );
}
