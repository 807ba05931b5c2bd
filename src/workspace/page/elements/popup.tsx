import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface PopupProps {
  /** What it belongs to; it opens below, or above where there is more room. */
  anchor: RefObject<HTMLElement>;
  children: ComponentChildren;
  class?: string;
  /** Right edges meet instead of the left ones. */
  alignEnd?: boolean;
  /** At least as wide as its anchor. */
  stretch?: boolean;
}

const gap = 4;
const margin = 8;

/** A box in the browser's top layer, so that no scrolling container and no dialog clips it. */
export function Popup({ anchor, children, alignEnd = false, stretch = false, ...rest }: PopupProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.showPopover();
    const place = () => {
      if (anchor.current) placeBeside(element, anchor.current.getBoundingClientRect(), { alignEnd, stretch });
    };
    place();
    const sizes = new ResizeObserver(place);
    sizes.observe(element);
    window.addEventListener('scroll', place, true);
    window.addEventListener('resize', place);
    return () => {
      sizes.disconnect();
      window.removeEventListener('scroll', place, true);
      window.removeEventListener('resize', place);
    };
  }, [anchor, alignEnd, stretch]);

  return (
    <div ref={box} popover="manual" class={`popup ${rest.class ?? ''}`}>
      {children}
    </div>
  );
}

function placeBeside(box: HTMLElement, at: DOMRect, how: { alignEnd: boolean; stretch: boolean }): void {
  const below = innerHeight - at.bottom - gap - margin;
  const above = at.top - gap - margin;
  box.style.minWidth = how.stretch ? `${at.width}px` : '';
  box.style.maxWidth = `${Math.min(Math.max(460, at.width), innerWidth - 2 * margin)}px`;
  const goesUp = box.scrollHeight > below && above > below;
  box.style.maxHeight = `${Math.max(96, Math.min(320, goesUp ? above : below))}px`;
  const { width, height } = box.getBoundingClientRect();
  const left = how.alignEnd ? at.right - width : at.left;
  box.style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`;
  box.style.top = `${goesUp ? at.top - gap - height : at.bottom + gap}px`;
}
