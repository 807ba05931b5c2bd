import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ModalView } from '../protocol';
import { ConfirmDialog } from './confirm-dialog';
import { Dialog } from './dialog';
import { ModalForm, type ModalHandle } from './modal-form';
import { useShell } from './shell-context';

const discardQuestion = {
  title: { type: 'plain_text', text: 'You have unsaved changes' },
  text: { type: 'plain_text', text: 'If you close this form now, what you entered is lost.' },
  confirm: { type: 'plain_text', text: 'Discard changes' },
  deny: { type: 'plain_text', text: 'Keep editing' },
  style: 'danger',
} as const;

/** The modals of a bot, up to three on top of each other; only the top one shows, the others keep what was typed. */
export function ModalStack({
  stack,
  notices,
}: {
  stack: readonly ModalView[];
  notices: JSX.Element;
}): JSX.Element | null {
  const shell = useShell();
  const handles = useRef(new Map<string, ModalHandle>());
  const [asksToDiscard, setAsking] = useState<null | { all: boolean }>(null);
  const depth = useRef(0);
  const direction = stack.length > depth.current ? 'deeper' : 'back';
  useEffect(() => {
    depth.current = stack.length;
    if (stack.length === 0) setAsking(null);
  }, [stack.length]);

  const top = stack.at(-1);
  if (!top) return null;

  const close = async (all: boolean) => {
    setAsking(null);
    const clear = all || top.view.clear_on_close === true;
    try {
      await shell.api.close(top.id, clear);
    } catch (error) {
      handles.current.get(top.id)?.fail(error);
    }
  };
  const closeCarefully = (all: boolean) => {
    const affected = all ? stack : [top];
    if (affected.some((modal) => handles.current.get(modal.id)?.isChanged())) setAsking({ all });
    else void close(all);
  };

  return (
    <Dialog class="modal" labelledBy={titleId(top)} onEscape={() => closeCarefully(false)}>
      {stack.map((modal, index) => (
        <ModalForm
          key={modal.id}
          modal={modal}
          titleId={titleId(modal)}
          isTop={modal === top}
          isPushed={index > 0}
          direction={stack.length === 1 && depth.current === 0 ? 'none' : direction}
          notices={modal === top ? notices : null}
          register={(handle) => {
            if (handle) handles.current.set(modal.id, handle);
            else handles.current.delete(modal.id);
          }}
          onClose={() => void close(false)}
          onBack={() => closeCarefully(false)}
          onDismiss={() => closeCarefully(true)}
        />
      ))}
      {asksToDiscard && (
        <ConfirmDialog
          question={discardQuestion}
          onAnswer={(yes) => (yes ? void close(asksToDiscard.all) : setAsking(null))}
        />
      )}
    </Dialog>
  );
}

function titleId(modal: ModalView): string {
  return `modal-title-${modal.id.replace(/[^\w-]/g, '_')}`;
}
