import type { JSX } from 'preact';
import { Icon } from './icon';
import type { Notice } from './workspace-state';

/** Sentences of the workspace itself: a command that timed out, a call that failed. */
export function Notices(props: {
  notices: readonly Notice[];
  onDismiss(id: number): void;
  inModal?: boolean;
}): JSX.Element {
  return (
    <div class={props.inModal ? 'notices notices-in-modal' : 'notices'} role="alert">
      {props.notices.map((notice) => (
        <div key={notice.id} class="notice">
          <Icon name="warning" />
          <span class="notice-text">{notice.text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss this notice"
            onClick={() => props.onDismiss(notice.id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
