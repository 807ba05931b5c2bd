import type { Datepicker, DateTimepicker, Timepicker } from '@slack/types';
import type { JSX } from 'preact';
import type { ElementState } from '../../protocol';
import { useElement } from './use-element';

type TimeElement = Datepicker | Timepicker | DateTimepicker;

const kinds = {
  datepicker: ['date', 'selected_date'],
  timepicker: ['time', 'selected_time'],
  datetimepicker: ['datetime-local', 'selected_date_time'],
} as const;

/** Dates and times, with the browser's own pickers. */
export function TimePickerElement({ element }: { element: TimeElement }): JSX.Element {
  const handle = useElement<ElementState>(element, { type: element.type });
  const [inputType, key] = kinds[element.type];
  const held = handle.state[key];
  const value = typeof held === 'number' ? localDateTime(held) : typeof held === 'string' ? held : '';
  return (
    <input
      {...handle.naming}
      class="text-input time-input"
      type={inputType}
      value={value}
      // biome-ignore lint/a11y/noAutofocus: Block Kit's focus_on_load
      autoFocus={element.focus_on_load === true}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const chosen = element.type === 'datetimepicker' ? Math.floor(new Date(text).getTime() / 1000) : text;
        handle.change({ type: element.type, [key]: text === '' ? null : chosen }, element.confirm);
      }}
    />
  );
}

/** `2026-02-18T09:30` in the browser's zone, as the input wants it. */
function localDateTime(seconds: number): string {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
