import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { BootView } from '../protocol';
import { fetchPeople, sentenceOf } from './api';
import { UsherMark } from './avatar';
import { canBe } from './person-look';
import { PersonPicker } from './person-picker';
import { remember, remembered } from './remembered';
import { formatRoute, type Place, parseRoute, type Route } from './route';
import { WorkspacePage } from './workspace-page';

/** The page: first who one is, then the workspace as that person sees it. */
export function App(): JSX.Element {
  const [boot, setBoot] = useState<BootView | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [route, go] = useRoute();

  const load = useCallback(async () => {
    setFailure(null);
    try {
      setBoot(await fetchPeople());
    } catch (error) {
      setFailure(sentenceOf(error));
    }
  }, []);
  useEffect(() => void load(), [load]);

  const chosen = route.me ?? remembered('me');
  const me = boot?.people.find((person) => (person.id === chosen || person.name === chosen) && canBe(person)) ?? null;
  const place = route.me === null ? null : route.place;
  const goTo = useCallback((to: Place) => me && go({ me: me.id, place: to }), [go, me]);
  const become = useCallback(
    (id: string) => {
      remember('me', id);
      go({ me: id, place: id === me?.id ? place : null });
    },
    [go, me, place],
  );

  if (failure !== null) return <StartFailure text={failure} onRetry={() => void load()} />;
  if (!boot) return <StartPlaceholder />;
  if (!me) {
    return (
      <main class="start">
        <div class="start-card">
          <span class="avatar avatar-usher">
            <UsherMark />
          </span>
          <h1 class="start-title">Who are you?</h1>
          <p class="start-text">
            This is the local workspace of {boot.appName}: the real bot, with a stand-in for Slack around it. Choose
            whose eyes you want to see it with. You can change that at any time.
          </p>
          <PersonPicker people={boot.people} current={null} level={2} onPick={become} />
        </div>
      </main>
    );
  }
  return <WorkspacePage key={me.id} me={me} people={boot.people} place={place} onGo={goTo} onBecome={become} />;
}

function useRoute(): [Route, (route: Route) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const read = () => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  const go = useCallback((to: Route) => {
    location.hash = formatRoute(to);
    setRoute(to);
  }, []);
  return [route, go];
}

function StartPlaceholder(): JSX.Element {
  return (
    <main class="start" aria-busy="true">
      <p class="start-wait" role="status">
        Opening the workspace…
      </p>
    </main>
  );
}

function StartFailure({ text, onRetry }: { text: string; onRetry(): void }): JSX.Element {
  return (
    <main class="start">
      <div class="start-card">
        <h1 class="start-title">The workspace is not there</h1>
        <p class="start-text" role="alert">
          {text}
        </p>
        <button type="button" class="button button-primary" onClick={onRetry}>
          Try again
        </button>
      </div>
    </main>
  );
}
