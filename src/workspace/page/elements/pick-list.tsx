import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { OptionView } from '../../protocol';
import { Icon } from '../icon';
import { PlainTextView } from '../text/text-view';
import { Popup } from './popup';
import { type OptionSource, type Suggestions, useSuggestions } from './use-suggestions';

/** How a control is named and described for assistive technology. */
export interface FieldNaming {
  readonly id: string;
  readonly 'aria-label'?: string | undefined;
  readonly 'aria-describedby'?: string | undefined;
  readonly 'aria-invalid'?: boolean | undefined;
  readonly 'aria-required'?: boolean | undefined;
}

interface PickListProps {
  naming: FieldNaming;
  placeholder: string;
  multiple: boolean;
  selected: readonly OptionView[];
  source: OptionSource;
  maxSelected?: number | undefined;
  isPending: boolean;
  /** A single choice may be taken back: the input is optional. */
  isClearable: boolean;
  autoFocus: boolean;
  onChange(selected: readonly OptionView[]): void;
}

/** Slack's selects: a combobox that filters or searches, with chips where several may be chosen. */
export function PickList(props: PickListProps): JSX.Element {
  const { naming, multiple, selected } = props;
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const suggestions = useSuggestions(props.source, query, isOpen);
  const flat = suggestions.groups.flatMap((group) => group.options);
  const chosen = new Set(selected.map((option) => option.value));
  const listId = `${naming.id}-list`;
  const single = multiple ? undefined : selected[0];

  useEffect(() => setActive(0), [query, suggestions.groups.length]);

  const open = () => {
    if (isOpen || props.isPending) return;
    setQuery('');
    setOpen(true);
    const at = single ? flat.findIndex((option) => option.value === single.value) : 0;
    setActive(Math.max(0, at));
  };
  const close = () => {
    setOpen(false);
    setQuery('');
  };
  const pick = (option: OptionView) => {
    if (!multiple) {
      close();
      if (option.value !== single?.value) props.onChange([option]);
      return;
    }
    setQuery('');
    if (chosen.has(option.value)) props.onChange(selected.filter((other) => other.value !== option.value));
    else if (selected.length < (props.maxSelected ?? Number.POSITIVE_INFINITY)) props.onChange([...selected, option]);
    input.current?.focus();
  };

  const clear = () => {
    close();
    props.onChange([]);
    input.current?.focus();
  };

  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!isOpen) return open();
      const last = flat.length - 1;
      const wraps = Math.abs(step) === 1 && (active + step < 0 || active + step > last);
      return setActive(wraps ? (step > 0 ? 0 : Math.max(0, last)) : Math.max(0, Math.min(last, active + step)));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      const option = flat[active];
      if (!isOpen) return open();
      if (option && suggestions.status === null) pick(option);
      return;
    }
    if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    if (event.key === 'Tab') return close();
    if ((event.key === 'Backspace' || event.key === 'Delete') && query === '') {
      if (multiple && selected.length > 0) props.onChange(selected.slice(0, -1));
      else if (single && props.isClearable) clear();
    }
  };

  const isFull = multiple && selected.length >= (props.maxSelected ?? Number.POSITIVE_INFINITY);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the input inside has the keys; a click on its frame goes to it
    <div
      ref={frame}
      class={`pick ${multiple ? 'pick-multiple' : ''} ${isOpen ? 'is-open' : ''} ${props.isPending ? 'is-pending' : ''}`}
      onClick={() => {
        input.current?.focus();
        open();
      }}
    >
      {multiple && selected.map((option) => <Chip key={option.value} option={option} onRemove={() => pick(option)} />)}
      <input
        ref={input}
        {...naming}
        class="pick-input"
        type="text"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && flat[active] ? `${listId}-${active}` : undefined}
        aria-busy={props.isPending}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        // biome-ignore lint/a11y/noAutofocus: Block Kit's focus_on_load
        autoFocus={props.autoFocus}
        placeholder={single ? single.text.text : multiple && selected.length > 0 ? '' : props.placeholder}
        value={isOpen ? query : (single?.text.text ?? '')}
        onInput={(event) => {
          open();
          setQuery(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {single && props.isClearable && !props.isPending && (
        <button
          type="button"
          class="chip-remove"
          aria-label={`Clear ${single.text.text}`}
          onClick={(event) => {
            event.stopPropagation();
            clear();
          }}
        >
          <Icon name="close" />
        </button>
      )}
      {props.isPending ? <span class="spinner" aria-hidden="true" /> : <Icon name="chevron" />}
      {isOpen && (
        <Popup anchor={frame} stretch>
          <OptionList
            id={listId}
            label={naming['aria-label'] ?? props.placeholder}
            suggestions={suggestions}
            active={active}
            chosen={chosen}
            multiple={multiple}
            isFull={isFull}
            onActive={setActive}
            onPick={pick}
          />
        </Popup>
      )}
    </div>
  );
}

function Chip({ option, onRemove }: { option: OptionView; onRemove(): void }): JSX.Element {
  return (
    <span class="chip">
      <span class="chip-text">
        <PlainTextView text={option.text.text} />
      </span>
      <button
        type="button"
        class="chip-remove"
        aria-label={`Remove ${option.text.text}`}
        onClick={(event) => {
          event.stopPropagation();
          onRemove();
        }}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

interface OptionListProps {
  id: string;
  label: string;
  suggestions: Suggestions;
  active: number;
  chosen: ReadonlySet<string>;
  multiple: boolean;
  isFull: boolean;
  onActive(index: number): void;
  onPick(option: OptionView): void;
}

function OptionList(props: OptionListProps): JSX.Element {
  const { suggestions, active, id } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[id="${id}-${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);
  let index = -1;
  return (
    <>
      <div
        ref={list}
        class="options"
        role="listbox"
        id={id}
        aria-label={props.label}
        aria-multiselectable={props.multiple}
      >
        {suggestions.groups.map((group) => {
          const rows = group.options.map((option) => {
            index += 1;
            const at = index;
            const isChosen = props.chosen.has(option.value);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the combobox has the focus and the keys
              <div
                key={`${at}:${option.value}`}
                id={`${id}-${at}`}
                role="option"
                aria-selected={isChosen}
                aria-disabled={props.isFull && !isChosen}
                class={`option ${at === active ? 'is-active' : ''}`}
                onMouseDown={(event) => event.preventDefault()}
                onMouseMove={() => at !== active && props.onActive(at)}
                onClick={(event) => {
                  event.stopPropagation();
                  props.onPick(option);
                }}
              >
                <span class="option-check">{isChosen && <Icon name="check" />}</span>
                <span class="option-text">
                  <PlainTextView text={option.text.text} />
                  {option.description && (
                    <span class="option-description">
                      <PlainTextView text={option.description.text} />
                    </span>
                  )}
                </span>
              </div>
            );
          });
          if (group.label === null) return rows;
          return (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a listbox
            <div key={group.label} role="group" aria-label={group.label}>
              <div class="option-group" aria-hidden="true">
                {group.label}
              </div>
              {rows}
            </div>
          );
        })}
      </div>
      <div class="options-status" role="status">
        {suggestions.status ?? (props.isFull ? 'No more can be chosen' : '')}
      </div>
    </>
  );
}
