import type { JSX } from 'preact';
import type { Element } from '../blocks/block-kit';
import { SelectElement } from './choice-elements';
import { ButtonElement, OverflowElement } from './click-elements';
import { FileInputElement } from './file-input-element';
import { TextInputElement } from './text-elements';
import { TimePickerElement } from './time-elements';
import { ToggleElement } from './toggle-elements';

/** Any element of a block, by its type. */
export function ElementView({ element }: { element: Element }): JSX.Element {
  switch (element.type) {
    case 'button':
    case 'workflow_button':
      return <ButtonElement element={element} />;
    case 'overflow':
      return <OverflowElement element={element} />;
    case 'checkboxes':
    case 'radio_buttons':
      return <ToggleElement element={element} />;
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return <TextInputElement element={element} />;
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
      return <TimePickerElement element={element} />;
    case 'file_input':
      return <FileInputElement element={element} />;
    case 'image':
      return (
        <img class="accessory-image" src={'image_url' in element ? element.image_url : ''} alt={element.alt_text} />
      );
    case 'rich_text_input':
      return <span class="unsupported">This page cannot show a “{element.type}” element.</span>;
    default:
      return <SelectElement element={element} />;
  }
}
