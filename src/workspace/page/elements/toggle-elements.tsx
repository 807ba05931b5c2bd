import type { Checkboxes, RadioButtons } from '@slack/types';
import type { JSX } from 'preact';
import type { ElementState } from '../../protocol';
import { TextObjectView } from '../text/text-view';
import { useElement } from './use-element';

type ToggleOption = Checkboxes['options'][number];

/** Check boxes and radio buttons. */
export function ToggleElement({ element }: { element: Checkboxes | RadioButtons }): JSX.Element {
  const handle = useElement<ElementState>(element, { type: element.type });
  const isRadio = element.type === 'radio_buttons';
  const held = (isRadio ? [handle.state.selected_option] : handle.state.selected_options) as
    | (ToggleOption | null)[]
    | undefined;
  const chosen = new Set((held ?? []).flatMap((option) => (option ? [option.value] : [])));
  const { id, 'aria-invalid': invalid, 'aria-required': required, ...naming } = handle.naming;

  const toggle = (option: ToggleOption) => {
    const others = element.options.filter((other) => (other === option) !== chosen.has(other.value));
    const choice = isRadio ? { selected_option: option } : { selected_options: others };
    handle.change({ type: element.type, ...choice }, element.confirm);
  };

  return (
    <fieldset
      class="toggles"
      id={id}
      aria-labelledby={handle.place.inputLabelId ?? undefined}
      aria-busy={handle.isPending}
      {...(isRadio ? { role: 'radiogroup', 'aria-required': required } : {})}
      {...naming}
    >
      {element.options.map((option, index) => (
        <label key={option.value ?? index} class="toggle" for={`${id}-${index}`}>
          <input
            id={`${id}-${index}`}
            type={isRadio ? 'radio' : 'checkbox'}
            name={id}
            checked={chosen.has(option.value)}
            aria-invalid={invalid}
            aria-describedby={option.description ? `${id}-${index}-description` : undefined}
            // biome-ignore lint/a11y/noAutofocus: Block Kit's focus_on_load
            autoFocus={element.focus_on_load === true && index === 0}
            onChange={() => toggle(option)}
          />
          <span class="toggle-text">
            <TextObjectView object={option.text} />
            {option.description && (
              <span class="toggle-description" id={`${id}-${index}-description`}>
                <TextObjectView object={option.description} />
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
