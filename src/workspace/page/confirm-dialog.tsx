import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Question } from './blocks/block-kit';
import { Dialog } from './dialog';
import { PlainTextView, TextObjectView } from './text/text-view';

/** The question of a `confirm` object, or of the page itself. */
export function ConfirmDialog(props: { question: Question; onAnswer(yes: boolean): void }): JSX.Element {
  const { question, onAnswer } = props;
  const id = useId();
  // What cannot be undone is not where the focus begins.
  const isDanger = question.style === 'danger';
  return (
    <Dialog
      class="confirm-dialog"
      role="alertdialog"
      labelledBy={`${id}-title`}
      describedBy={`${id}-text`}
      onEscape={() => onAnswer(false)}
    >
      <h2 class="dialog-title" id={`${id}-title`}>
        <PlainTextView text={question.title?.text ?? 'Are you sure?'} />
      </h2>
      <div class="confirm-text" id={`${id}-text`}>
        <TextObjectView object={question.text} />
      </div>
      <div class="dialog-foot">
        <button
          type="button"
          class={`button button-plain ${isDanger ? 'dialog-primary' : ''}`}
          onClick={() => onAnswer(false)}
        >
          {question.deny?.text ?? 'Cancel'}
        </button>
        <button
          type="button"
          class={`button ${isDanger ? 'button-danger-solid' : 'button-primary dialog-primary'}`}
          onClick={() => onAnswer(true)}
        >
          {question.confirm?.text ?? 'Yes'}
        </button>
      </div>
    </Dialog>
  );
}
