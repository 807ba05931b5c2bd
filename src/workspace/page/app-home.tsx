import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf } from './api';
import { UsherMark } from './avatar';
import { BlockContainer } from './blocks/block-container';
import { useShell } from './shell-context';
import type { Workspace } from './use-workspace';

const home = { type: 'home' } as const;

/** What the bot has published for this person; opening it tells the bot so. */
export function AppHome({ workspace }: { workspace: Workspace }): JSX.Element {
  const { api, state, dispatch } = workspace;
  const shell = useShell();
  const atOpening = useRef(state.home);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let isHere = true;
    const before = atOpening.current;
    api.openHome().then(
      (view) => isHere && dispatch({ type: 'home_loaded', view, before }),
      (error) => isHere && setFailure(sentenceOf(error)),
    );
    return () => {
      isHere = false;
    };
  }, [api, dispatch]);

  if (state.home) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long page must scroll with the keys
      <section class="home" tabIndex={0} aria-label={`${shell.appName} Home`}>
        <div class="home-page">
          <BlockContainer domId="home" container={home} blocks={state.home.blocks} />
        </div>
      </section>
    );
  }
  return (
    <div class="home">
      <div class="empty" role="status">
        <UsherMark />
        <p class="empty-title">{state.home === undefined && failure === null ? 'Opening Home…' : 'Nothing here yet'}</p>
        {failure !== null && <p class="empty-text">{failure}</p>}
        {state.home === null && failure === null && (
          <p class="empty-text">{shell.appName} has published no Home page for you so far.</p>
        )}
      </div>
    </div>
  );
}
