import type { JSX } from 'preact';
import type { ContainerRef, SlackBlock } from '../../protocol';
import { BlocksView } from './blocks-view';
import { useFormState } from './use-form-state';

/** Blocks that stand by themselves: in a message or the Home tab. */
export function BlockContainer(props: {
  domId: string;
  container: ContainerRef;
  blocks: readonly SlackBlock[];
}): JSX.Element {
  const { form, blocks, question } = useFormState(props);
  return (
    <>
      <BlocksView form={form} blocks={blocks} />
      {question}
    </>
  );
}
