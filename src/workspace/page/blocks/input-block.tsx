import type { InputBlock } from '@slack/types';
import type { JSX } from 'preact';
import { ElementView } from '../elements/element-view';
import { ElementPlaceContext, elementDomId } from '../elements/use-element';
import { Icon } from '../icon';
import { PlainTextView } from '../text/text-view';
import { actionIdOf } from './block-kit';
import { useBlockForm } from './form-context';

/** A labelled input of a form, with its hint and its error. */
export function InputBlockView({ block, blockId }: { block: InputBlock; blockId: string }): JSX.Element {
  const form = useBlockForm();
  const { element, hint } = block;
  const elementId = elementDomId(form.domId, blockId, actionIdOf(element));
  const [labelId, hintId, errorId] = [`${elementId}-label`, `${elementId}-hint`, `${elementId}-error`];
  const error = form.errors[blockId];
  const describedBy = [error === undefined ? null : errorId, hint ? hintId : null].filter(Boolean).join(' ');
  const optional = block.optional === true;
  const isGroup = element.type === 'checkboxes' || element.type === 'radio_buttons';
  const label = (
    <>
      <PlainTextView text={block.label.text} emoji={block.label.emoji ?? true} />
      {optional && <span class="input-optional"> (optional)</span>}
    </>
  );
  return (
    <div class={`input ${error === undefined ? '' : 'is-invalid'}`}>
      {isGroup ? (
        <span class="input-label" id={labelId}>
          {label}
        </span>
      ) : (
        <label class="input-label" id={labelId} for={elementId}>
          {label}
        </label>
      )}
      <ElementPlaceContext.Provider
        value={{
          blockId,
          dispatches: block.dispatch_action === true,
          required: !optional,
          inputLabelId: labelId,
          describedBy: describedBy === '' ? null : describedBy,
          isInvalid: error !== undefined,
          fallbackLabel: null,
        }}
      >
        <ElementView element={element} />
      </ElementPlaceContext.Provider>
      {error !== undefined && (
        <p class="field-error" id={errorId}>
          <Icon name="warning" />
          {error}
        </p>
      )}
      {hint && (
        <p class="input-hint" id={hintId}>
          <PlainTextView text={hint.text} />
        </p>
      )}
    </div>
  );
}
