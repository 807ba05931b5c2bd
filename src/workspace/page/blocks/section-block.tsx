import type { SectionBlock } from '@slack/types';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { ElementView } from '../elements/element-view';
import { ElementPlaceContext, elementDomId } from '../elements/use-element';
import { TextObjectView } from '../text/text-view';
import { useBlockForm } from './form-context';

export function SectionBlockView({ block, blockId }: { block: SectionBlock; blockId: string }): JSX.Element {
  const form = useBlockForm();
  const textId = elementDomId(form.domId, blockId, 'text');
  const place = useMemo(
    () => ({
      blockId,
      dispatches: true,
      required: false,
      inputLabelId: null,
      describedBy: textId,
      isInvalid: false,
      fallbackLabel: 'Choose',
    }),
    [blockId, textId],
  );
  return (
    <div class="section">
      <div class="section-body" id={textId}>
        {block.text && (
          <div class="section-text">
            <TextObjectView object={block.text} />
          </div>
        )}
        {block.fields && (
          <div class="section-fields">
            {block.fields.map((field, index) => (
              <div key={index} class="section-field">
                <TextObjectView object={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory && (
        <div class={`section-accessory accessory-${block.accessory.type}`}>
          <ElementPlaceContext.Provider value={place}>
            <ElementView element={block.accessory} />
          </ElementPlaceContext.Provider>
        </div>
      )}
    </div>
  );
}
