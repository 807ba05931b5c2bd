import type { JSX } from 'preact';
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { ContainerRef, ElementState, SlackBlock, StateValues } from '../../protocol';
import { sentenceOf } from '../api';
import { ConfirmDialog } from '../confirm-dialog';
import { useShell } from '../shell-context';
import { type KnownBlock, knownBlocks, type Question } from './block-kit';
import type { ActionDetail, BlockForm } from './form-context';
import { hasChanges, reconcileValues } from './form-values';

interface FormOptions {
  readonly domId: string;
  readonly container: ContainerRef;
  readonly blocks: readonly SlackBlock[];
}

export interface FormState {
  readonly form: BlockForm;
  readonly blocks: readonly KnownBlock[];
  /** The question of a `confirm` object while it is asked. */
  readonly question: JSX.Element | null;
  /** The values of this moment, not of the last rendering. */
  currentValues(): StateValues;
  isChanged(): boolean;
  setErrors(errors: Readonly<Record<string, string>>): void;
}

interface Held {
  readonly blocks: readonly KnownBlock[];
  readonly values: StateValues;
  readonly baseline: StateValues;
}

/** Values, errors and deliveries of one container of blocks. */
export function useFormState({ domId, container, blocks: given }: FormOptions): FormState {
  const shell = useShell();
  const blocks = useMemo(() => knownBlocks(given), [given]);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [pending, setPending] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState<{ question: Question; answer(yes: boolean): void } | null>(null);
  const held = useRef<Held | null>(null);
  const inFlight = useRef(new Set<string>());
  const waiting = useRef(new Map<string, ActionDetail>());
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);

  if (held.current?.blocks !== blocks) {
    held.current = {
      blocks,
      values: reconcileValues(held.current?.values ?? {}, blocks),
      baseline: reconcileValues(held.current?.baseline ?? {}, blocks),
    };
  }
  const current = () => held.current ?? { blocks, values: {}, baseline: {} };

  const clearError = (blockId: string) => {
    setErrors((previous) => {
      if (!(blockId in previous)) return previous;
      const { [blockId]: _cleared, ...others } = previous;
      return others;
    });
  };

  const setState = (blockId: string, actionId: string, state: ElementState) => {
    const { values } = current();
    held.current = { ...current(), values: { ...values, [blockId]: { ...values[blockId], [actionId]: state } } };
    clearError(blockId);
    render(undefined);
  };

  const ask = (question: Question) => {
    return new Promise<boolean>((answer) => setAsked({ question, answer })).finally(() => setAsked(null));
  };

  const act: BlockForm['act'] = async (blockId, actionId, detail, question) => {
    const key = `${blockId}/${actionId}`;
    if (inFlight.current.has(key)) {
      // A second click is none until the first was acknowledged; a value that changed meanwhile is sent afterwards.
      if (detail.type !== 'button' && detail.type !== 'overflow') waiting.current.set(key, detail);
      return true;
    }
    inFlight.current.add(key);
    try {
      if (question && !(await ask(question))) {
        waiting.current.delete(key);
        return false;
      }
      setPending([...inFlight.current]);
      clearError(blockId);
      const action = { ...detail, block_id: blockId, action_id: actionId };
      await shell.api.act({ container, action, state: current().values });
    } catch (error) {
      if (isMounted.current) setErrors((previous) => ({ ...previous, [blockId]: sentenceOf(error) }));
      else shell.notify(sentenceOf(error));
    } finally {
      inFlight.current.delete(key);
      setPending([...inFlight.current]);
    }
    const next = waiting.current.get(key);
    waiting.current.delete(key);
    if (next) await act(blockId, actionId, next);
    return true;
  };

  const form: BlockForm = {
    domId,
    values: current().values,
    errors,
    people: shell.people,
    channels: shell.channels,
    setState,
    act,
    isPending: (blockId, actionId) => pending.includes(`${blockId}/${actionId}`),
    suggest: (blockId, actionId, value) => shell.api.suggest({ container, blockId, actionId, value }),
    upload: (file) => shell.api.upload(file, null),
  };
  return {
    form,
    blocks,
    question: asked && <ConfirmDialog question={asked.question} onAnswer={asked.answer} />,
    currentValues: () => current().values,
    isChanged: () => hasChanges(current().values, current().baseline),
    setErrors,
  };
}
