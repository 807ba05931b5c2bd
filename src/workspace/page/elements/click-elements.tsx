import type { Button, Overflow, WorkflowButton } from '@slack/types';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ElementState } from '../../protocol';
import { Icon } from '../icon';
import { safeUrl } from '../text/safe-url';
import { PlainTextView } from '../text/text-view';
import { Popup } from './popup';
import { useElement } from './use-element';

/** A button; a second click counts only once the first was acknowledged. */
export function ButtonElement({ element }: { element: Button | WorkflowButton }): JSX.Element {
  const handle = useElement<ElementState>(element, { type: element.type });
  const detail = {
    type: 'button',
    text: element.text,
    ...('value' in element && element.value !== undefined ? { value: element.value } : {}),
  };
  const style = element.style ? `button-${element.style}` : 'button-plain';
  const url = element.type === 'button' && element.url !== undefined ? safeUrl(element.url) : null;
  const common = {
    class: `button ${style} ${handle.isPending ? 'is-pending' : ''}`,
    'aria-label': element.accessibility_label,
    'aria-describedby': handle.place.describedBy ?? undefined,
    'aria-busy': handle.isPending || undefined,
  };
  const face = (
    <span class="button-face">
      <PlainTextView text={element.text.text} emoji={element.text.emoji ?? true} />
    </span>
  );
  if (url !== null) {
    return (
      <a {...common} href={url} target="_blank" rel="noopener noreferrer" onClick={() => handle.send(detail)}>
        {face}
      </a>
    );
  }
  return (
    <button {...common} id={handle.naming.id} type="button" onClick={() => handle.send(detail, element.confirm)}>
      {face}
      {handle.isPending && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}

/** The “⋯” menu of a row. */
export function OverflowElement({ element }: { element: Overflow }): JSX.Element {
  const handle = useElement<ElementState>(element, { type: element.type });
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (isOpen) menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]')[active]?.focus();
  }, [isOpen, active]);

  const open = (at: number) => {
    if (handle.isPending) return;
    setActive(at);
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const pick = (option: Overflow['options'][number]) => {
    close();
    handle.send({ type: 'overflow', selected_option: option }, element.confirm);
  };
  const onMenuKey = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>) => {
    const count = element.options.length;
    const targets: Record<string, number> = {
      ArrowDown: (active + 1) % count,
      ArrowUp: (active - 1 + count) % count,
      Home: 0,
      End: count - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) setActive(target);
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <button
        ref={button}
        id={handle.naming.id}
        type="button"
        class={`button button-plain button-icon ${handle.isPending ? 'is-pending' : ''}`}
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-busy={handle.isPending || undefined}
        aria-describedby={handle.place.describedBy ?? undefined}
        onClick={() => (isOpen ? close() : open(0))}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          open(event.key === 'ArrowDown' ? 0 : element.options.length - 1);
        }}
      >
        {handle.isPending ? <span class="spinner" aria-hidden="true" /> : <Icon name="more" />}
      </button>
      {isOpen && (
        <Popup anchor={button} alignEnd>
          <div
            ref={menu}
            role="menu"
            tabIndex={-1}
            aria-label="More actions"
            class="options"
            onKeyDown={onMenuKey}
            onFocusOut={(event) => {
              const next = event.relatedTarget;
              if (!(next instanceof Node) || !event.currentTarget.contains(next)) setOpen(false);
            }}
          >
            {element.options.map((option, index) => (
              <button
                key={option.value ?? index}
                type="button"
                role="menuitem"
                tabIndex={-1}
                class={`option ${index === active ? 'is-active' : ''}`}
                onMouseMove={() => setActive(index)}
                onClick={() => pick(option)}
              >
                <span class="option-text">
                  <PlainTextView text={option.text.text} />
                  {option.description && (
                    <span class="option-description">
                      <PlainTextView text={option.description.text} />
                    </span>
                  )}
                </span>
              </button>
            ))}
          </div>
        </Popup>
      )}
    </>
  );
}
