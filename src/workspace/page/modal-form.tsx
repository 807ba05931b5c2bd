import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ModalView } from '../protocol';
import { sentenceOf } from './api';
import { BlocksView } from './blocks/blocks-view';
import { inputErrors } from './blocks/form-values';
import { useFormState } from './blocks/use-form-state';
import { focusField } from './dialog';
import { Icon } from './icon';
import { useShell } from './shell-context';
import { PlainTextView } from './text/text-view';

/** What the stack may ask of one of its modals. */
export interface ModalHandle {
  isChanged(): boolean;
  fail(error: unknown): void;
}

interface ModalFormProps {
  modal: ModalView;
  titleId: string;
  isTop: boolean;
  /** Another one lies below it. */
  isPushed: boolean;
  direction: 'none' | 'deeper' | 'back';
  notices: JSX.Element | null;
  register(handle: ModalHandle | null): void;
  onClose(): void;
  onBack(): void;
  onDismiss(): void;
}

/** One modal: title, blocks, and the bar with submit and close. */
export function ModalForm(props: ModalFormProps): JSX.Element {
  const { modal, isTop } = props;
  const { view } = modal;
  const shell = useShell();
  const state = useFormState({
    domId: `modal-${modal.id}`,
    container: { type: 'view', viewId: modal.id },
    blocks: view.blocks,
  });
  const [isSubmitting, setSubmitting] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const body = useRef<HTMLElement>(null);
  const isSubmittingNow = useRef(false);

  const fail = (error: unknown) => setFailure(sentenceOf(error));
  const { register } = props;
  useEffect(() => {
    register({ isChanged: state.isChanged, fail });
    return () => register(null);
  }, [modal.id]);

  const showErrors = (errors: Readonly<Record<string, string>>) => {
    state.setErrors(errors);
    if (Object.keys(errors).length === 0) return;
    requestAnimationFrame(() => focusFirstInvalid(body.current));
  };
  useServerErrors(modal.errors, isSubmitting, showErrors);

  // A view that came in the place of “Loading…”, or that lay below another one, takes the focus to its first field.
  useEffect(() => {
    const at = document.activeElement;
    const isBusyHere = at !== null && at !== body.current && body.current?.contains(at) === true;
    if (isTop && body.current && !isBusyHere && !at?.closest('.confirm-dialog')) focusField(body.current, null);
  }, [isTop, view.blocks]);

  const submit = async () => {
    if (isSubmittingNow.current) return;
    setFailure(null);
    const values = state.currentValues();
    const errors = inputErrors(values, state.blocks);
    showErrors(errors);
    if (Object.keys(errors).length > 0) return;
    isSubmittingNow.current = true;
    setSubmitting(true);
    try {
      await shell.api.submit(modal.id, values);
    } catch (error) {
      fail(error);
    } finally {
      isSubmittingNow.current = false;
      setSubmitting(false);
    }
  };

  const title = textOf(view.title);
  const submitText = textOf(view.submit);
  const closeText = textOf(view.close) ?? (submitText === null ? 'Close' : 'Cancel');
  return (
    <form
      class={`modal-form slide-${props.direction}`}
      hidden={!isTop}
      noValidate
      aria-busy={isSubmitting}
      onSubmit={(event) => {
        event.preventDefault();
        if (submitText !== null) void submit();
      }}
    >
      <header class="modal-head">
        {props.isPushed && (
          <button type="button" class="icon-button" aria-label="Back" onClick={props.onBack}>
            <Icon name="back" />
          </button>
        )}
        <h2 class="dialog-title" id={props.titleId}>
          <PlainTextView text={title ?? ''} />
        </h2>
        <button type="button" class="icon-button" aria-label="Dismiss" onClick={props.onDismiss}>
          <Icon name="close" />
        </button>
      </header>
      {failure !== null && (
        <p class="modal-failure" role="alert">
          <Icon name="warning" />
          {failure}
        </p>
      )}
      {props.notices}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long body must scroll with the keys */}
      <section class="dialog-body" ref={body} tabIndex={0} aria-labelledby={props.titleId}>
        <BlocksView form={state.form} blocks={state.blocks} />
      </section>
      <footer class="dialog-foot">
        <button type="button" class="button button-plain" onClick={props.onClose}>
          {closeText}
        </button>
        {submitText !== null && (
          <button
            type="submit"
            class={`button button-primary dialog-primary ${isSubmitting ? 'is-pending' : ''}`}
            aria-busy={isSubmitting}
          >
            <span class="button-face">{submitText}</span>
            {isSubmitting && <span class="spinner" aria-hidden="true" />}
          </button>
        )}
      </footer>
      {state.question}
    </form>
  );
}

/** Shows what the bot says about a submission, each answer once, and not again for events about other things. */
function useServerErrors(
  errors: Readonly<Record<string, string>>,
  isSubmitting: boolean,
  show: (errors: Readonly<Record<string, string>>) => void,
): void {
  const shown = useRef('{}');
  if (isSubmitting) shown.current = '{}';
  useEffect(() => {
    const text = JSON.stringify(errors);
    if (text === shown.current) return;
    shown.current = text;
    show(errors);
  }, [errors]);
}

function focusFirstInvalid(body: HTMLElement | null): void {
  const block = body?.querySelector<HTMLElement>('.is-invalid, .block:has(> .field-error)');
  block?.querySelector<HTMLElement>('input, textarea, button')?.focus({ preventScroll: true });
  block?.scrollIntoView({ block: 'nearest' });
}

function textOf(value: unknown): string | null {
  const text = (value as { text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? text : null;
}
