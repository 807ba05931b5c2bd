import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../api';
import { filterGroups, type OptionGroup } from './options';

/** Where the options of a select come from. */
export type OptionSource =
  | { readonly kind: 'static'; readonly groups: readonly OptionGroup[] }
  | {
      readonly kind: 'search';
      /** Characters to type before anything is asked. */
      readonly minLength: number;
      search(query: string): Promise<readonly OptionGroup[]>;
    };

export interface Suggestions {
  readonly groups: readonly OptionGroup[];
  /** What to say in place of options: loading, none found, type more, failed. */
  readonly status: string | null;
}

const debounceMilliseconds = 250;

/** Options for what is typed; searches wait for a pause, and an overtaken answer is dropped. */
export function useSuggestions(source: OptionSource, query: string, isOpen: boolean): Suggestions {
  const [found, setFound] = useState<Suggestions>({ groups: [], status: null });
  const minLength = source.kind === 'search' ? source.minLength : 0;
  const isTooShort = query.trim().length < minLength;

  useEffect(() => {
    if (source.kind !== 'search' || !isOpen) return;
    if (isTooShort) {
      setFound({ groups: [], status: tooShort(minLength) });
      return;
    }
    let isCurrent = true;
    setFound((previous) => ({ groups: previous.groups, status: 'Loading…' }));
    const timer = setTimeout(
      async () => {
        const answer = await ask(source, query);
        if (isCurrent) setFound(answer);
      },
      query === '' ? 0 : debounceMilliseconds,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // The source is made anew on every render; what it asks depends on the query alone.
  }, [query, isOpen, isTooShort, minLength, source.kind]);

  if (source.kind === 'search') return found;
  const groups = filterGroups(source.groups, query);
  return { groups, status: groups.length === 0 ? 'No results' : null };
}

async function ask(source: Extract<OptionSource, { kind: 'search' }>, query: string): Promise<Suggestions> {
  try {
    const groups = (await source.search(query)).filter((group) => group.options.length > 0);
    return { groups, status: groups.length === 0 ? 'No results' : null };
  } catch (error) {
    return { groups: [], status: sentenceOf(error) };
  }
}

function tooShort(minLength: number): string {
  return `Type at least ${minLength} character${minLength === 1 ? '' : 's'} to search`;
}
