import type { EmailInput, NumberInput, PlainTextInput, URLInput } from '@slack/types';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ElementState } from '../../protocol';
import { useElement } from './use-element';

type TextElement = PlainTextInput | EmailInput | URLInput | NumberInput;
type TextState = ElementState & { readonly value?: string | null };

const characterPause = 400;

/** Everything that is typed into. Slack's own limits are told here, but only a submission is refused for them. */
export function TextInputElement({ element }: { element: TextElement }): JSX.Element {
  const handle = useElement<TextState>(element, { type: element.type, value: null });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const value = handle.state.value ?? '';
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const multiline = element.type === 'plain_text_input' && element.multiline === true;

  const stateOf = (text: string): TextState => ({ type: element.type, value: text === '' ? null : text });
  const common = {
    ...handle.naming,
    class: 'text-input',
    placeholder: element.placeholder?.text ?? '',
    value,
    autoFocus: element.focus_on_load === true,
    onInput: (event: JSX.TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      const state = stateOf(event.currentTarget.value);
      handle.keep(state);
      if (!handle.place.dispatches || !triggers.includes('on_character_entered')) return;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => handle.send(state), characterPause);
    },
    onKeyDown: (event: JSX.TargetedKeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      const isEnter = event.key === 'Enter' && !event.isComposing && !(multiline && event.shiftKey);
      if (!isEnter || !handle.place.dispatches || !triggers.includes('on_enter_pressed')) return;
      event.preventDefault();
      event.stopPropagation();
      handle.send(stateOf(event.currentTarget.value));
    },
  };

  if (multiline) return <WithCount element={element} length={value.length} input={<textarea {...common} rows={4} />} />;
  if (element.type === 'plain_text_input') {
    const input = <input {...common} type="text" autocomplete="off" />;
    return <WithCount element={element} length={value.length} input={input} />;
  }
  // Plain text inputs with a keyboard hint: the browser's own bubbles for e-mail and URL would speak over Slack's words.
  const mode = { email_text_input: 'email', url_text_input: 'url', number_input: 'decimal' } as const;
  return <input {...common} type="text" inputMode={mode[element.type]} autocomplete="off" spellcheck={false} />;
}

function WithCount(props: { element: PlainTextInput; length: number; input: JSX.Element }): JSX.Element {
  const { max_length: max } = props.element;
  // Slack begins to count aloud when the end comes near.
  const left = max === undefined ? null : max - props.length;
  const shows = left !== null && (left < 0 || left <= Math.min(50, Math.ceil((max ?? 0) / 4)));
  return (
    <div class="text-input-frame">
      {props.input}
      {shows && (
        <span class={`text-input-count ${left < 0 ? 'is-over' : ''}`} role="status">
          {left}
          <span class="sr-only"> characters left</span>
        </span>
      )}
    </div>
  );
}
