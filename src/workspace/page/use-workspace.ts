import { useCallback, useEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import { createApi, sentenceOf, type WorkspaceApi } from './api';
import { listen } from './event-stream';
import { remember, rememberedJson } from './remembered';
import { emptyWorkspace, reduceWorkspace, type WorkspaceAction, type WorkspaceState } from './workspace-state';

export interface Workspace {
  readonly state: WorkspaceState;
  readonly api: WorkspaceApi;
  readonly dispatch: (action: WorkspaceAction) => void;
  /** Shows a sentence; null for wherever the person is. */
  readonly notify: (text: string, conversationId?: string | null) => void;
  readonly loadMessages: (conversationId: string) => Promise<void>;
}

/** The state of one person's workspace, kept up to date by the event stream. */
export function useWorkspace(me: string): Workspace {
  const api = useMemo(() => createApi(me), [me]);
  const [state, dispatch] = useReducer(reduceWorkspace, null, () =>
    emptyWorkspace(rememberedJson(`seen.${me}`, {}), rememberedJson('read-mails', [])),
  );
  const opened = useRef(new Set<string>());
  const newest = useRef(state);
  newest.current = state;

  const notify = useCallback((text: string, conversationId: string | null = null) => {
    dispatch({ type: 'event', event: { type: 'notice', conversationId, text } });
  }, []);

  const loadMessages = useCallback(
    async (conversationId: string) => {
      opened.current.add(conversationId);
      try {
        dispatch({ type: 'messages_loaded', conversationId, messages: await api.messages(conversationId) });
      } catch (error) {
        notify(sentenceOf(error));
      }
    },
    [api, notify],
  );

  useEffect(() => {
    const refresh = async () => {
      const before = newest.current;
      try {
        const [boot, mails, stack] = await Promise.all([api.boot(), api.mails(), api.views()]);
        dispatch({ type: 'booted', boot, mails, stack, before });
        await Promise.all([...opened.current].map(loadMessages));
      } catch (error) {
        notify(sentenceOf(error));
      }
    };
    return listen(api.eventsUrl(), {
      onOpen: () => {
        dispatch({ type: 'connection', connection: 'open' });
        void refresh();
      },
      onLost: () => dispatch({ type: 'connection', connection: 'lost' }),
      onEvent: (event) => dispatch({ type: 'event', event }),
    });
  }, [api, loadMessages, notify]);

  useEffect(() => remember(`seen.${me}`, JSON.stringify(state.seen)), [me, state.seen]);
  useEffect(() => remember('read-mails', JSON.stringify(state.readMails)), [state.readMails]);

  return useMemo(() => ({ state, api, dispatch, notify, loadMessages }), [state, api, notify, loadMessages]);
}
