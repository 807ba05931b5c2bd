import {
  type BootView,
  clientHeader,
  clientPath,
  type FileView,
  type MailBodyView,
  type MailView,
  type MessageView,
  type ModalView,
  type PostActionBody,
  type PostMessageBody,
  type PostSuggestionBody,
  type SlackView,
  type StateValues,
  type SuggestionsView,
} from '../protocol';

/** A call that failed; the message is a sentence for the person. */
export class CallFailed extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The sentence to show for whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof CallFailed ? error.message : 'Something went wrong in this page. Reload it to go on.';
}

async function call<T>(method: string, path: string, as: string | null, body?: unknown): Promise<T> {
  const url = new URL(clientPath + path, location.href);
  if (as !== null) url.searchParams.set('as', as);
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = { [clientHeader]: '1' };
  if (body !== undefined && !isForm) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
  } catch {
    throw new CallFailed('The workspace does not answer. Is it still running?', 0);
  }
  const text = await response.text();
  const answer = parseJson(text) as (T & { error?: unknown }) | null;
  if (response.ok) return (answer ?? {}) as T;
  const said = typeof answer?.error === 'string' ? answer.error : `The workspace answered with ${response.status}.`;
  throw new CallFailed(said, response.status);
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** All calls of one person. */
export interface WorkspaceApi {
  boot(): Promise<BootView>;
  messages(conversationId: string): Promise<readonly MessageView[]>;
  post(body: PostMessageBody): Promise<void>;
  act(body: PostActionBody): Promise<void>;
  suggest(body: PostSuggestionBody): Promise<SuggestionsView>;
  openHome(): Promise<SlackView | null>;
  views(): Promise<readonly ModalView[]>;
  submit(viewId: string, state: StateValues): Promise<void>;
  close(viewId: string, clear: boolean): Promise<void>;
  /** Shares the file in a conversation, or only stores it for a form when there is none. */
  upload(file: File, conversationId: string | null, threadTs?: string): Promise<FileView>;
  dropSample(name: string, conversationId: string): Promise<void>;
  mails(): Promise<readonly MailView[]>;
  mail(id: string): Promise<MailBodyView>;
  /** A document of its own, with a policy that lets its styles apply and nothing run. */
  mailHtmlUrl(id: string): string;
  downloadUrl(file: FileView): string;
  eventsUrl(): string;
}

/** What anybody may ask before they chose who they are. */
export function fetchPeople(): Promise<BootView> {
  return call<BootView>('GET', '/boot', null);
}

export function createApi(as: string): WorkspaceApi {
  const get = <T>(path: string) => call<T>('GET', path, as);
  const post = <T>(path: string, body: unknown) => call<T>('POST', path, as, body);
  const id = encodeURIComponent;
  return {
    boot: () => get<BootView>('/boot'),
    messages: async (conversation) => {
      return (await get<{ messages: MessageView[] }>(`/conversations/${id(conversation)}/messages`)).messages;
    },
    post: (body) => post('/messages', body),
    act: (body) => post('/actions', body),
    suggest: (body) => post('/suggestions', body),
    openHome: async () => (await post<{ view: SlackView | null }>('/home', {})).view ?? null,
    views: async () => (await get<{ stack: ModalView[] }>('/views')).stack,
    submit: (viewId, state) => post(`/views/${id(viewId)}/submit`, { state }),
    close: (viewId, clear) => post(`/views/${id(viewId)}/close`, { clear }),
    upload: (file, conversationId, threadTs) => {
      const form = new FormData();
      form.append('file', file, file.name);
      const query = new URLSearchParams();
      if (conversationId !== null) query.set('conversationId', conversationId);
      if (threadTs !== undefined) query.set('threadTs', threadTs);
      return post<FileView>(`/files?${query}`, form);
    },
    dropSample: (name, conversationId) => post('/samples', { name, conversationId }),
    mails: async () => (await get<{ mails: MailView[] }>('/mail')).mails,
    mail: (mailId) => get<MailBodyView>(`/mail/${id(mailId)}`),
    mailHtmlUrl: (mailId) => `${clientPath}/mail/${id(mailId)}/html?as=${id(as)}`,
    downloadUrl: (file) => {
      const url = new URL(file.downloadPath, location.href);
      url.searchParams.set('as', as);
      return url.pathname + url.search;
    },
    eventsUrl: () => `${clientPath}/events?as=${id(as)}`,
  };
}
