import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  labelledBy: string;
  describedBy?: string;
  class: string;
  role?: 'dialog' | 'alertdialog';
  /** Escape was pressed, or the browser asks to close in another way. */
  onEscape(): void;
  children: ComponentChildren;
}

const focusable =
  'a[href], button:not([disabled]), input:not([disabled]), select, textarea, iframe, [tabindex]:not([tabindex="-1"])';

/** A modal dialog of the browser: the rest of the page is inert, and Tab goes round inside. */
export function Dialog({
  labelledBy,
  describedBy,
  role = 'dialog',
  onEscape,
  children,
  ...rest
}: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    if (element) focusField(element, element);
    return () => {
      element?.close();
      if (!(before instanceof HTMLElement) || !before.isConnected) return;
      // Closing gives it the focus back already, but Chromium then takes no typing until it has been left once.
      before.blur();
      before.focus();
    };
  }, []);

  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDialogElement>) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onEscape();
    } else if (event.key === 'Tab') {
      event.stopPropagation();
      keepInside(event);
    }
  };

  return (
    <dialog
      ref={dialog}
      class={`dialog ${rest.class}`}
      role={role}
      tabIndex={-1}
      aria-modal="true"
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === event.currentTarget) onEscape();
      }}
    >
      {children}
    </dialog>
  );
}

const fields = ':is(.dialog-body, .blocks) :is(input:not([type=file]), textarea, button), .dialog-primary';

/**
 * Puts the focus where one came for: the element with focus_on_load, or the first field, or the main button. The browser
 * alone would take the closing cross.
 */
export function focusField(within: HTMLElement, orElse: HTMLElement | null): void {
  const first = within.querySelector<HTMLElement>('[autofocus]') ?? within.querySelector<HTMLElement>(fields) ?? orElse;
  first?.focus();
}

function keepInside(event: JSX.TargetedKeyboardEvent<HTMLDialogElement>): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(focusable)].filter((element) => {
    return element.getClientRects().length > 0 && element.tabIndex >= 0;
  });
  const [first, last] = [all[0], all.at(-1)];
  const leaving = event.shiftKey ? first : last;
  if (document.activeElement !== leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
