import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { MailBodyView, MailView } from '../protocol';
import { sentenceOf } from './api';
import { Icon } from './icon';
import { longTime } from './message-time';
import { linkPieces } from './text/link-pieces';
import { InlineView } from './text/text-view';
import type { Workspace } from './use-workspace';

interface MailReaderProps {
  workspace: Workspace;
  mail: MailView;
  onBack(): void;
}

/** One mail as its reader would see it: the HTML part, or the text part. */
export function MailReader({ workspace, mail, onBack }: MailReaderProps): JSX.Element {
  const { api, dispatch } = workspace;
  const [body, setBody] = useState<MailBodyView | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [part, setPart] = useState<'html' | 'text'>('html');
  useEffect(() => {
    let isHere = true;
    dispatch({ type: 'mail_read', id: mail.id });
    api.mail(mail.id).then(
      (read) => isHere && setBody(read),
      (error) => isHere && setFailure(sentenceOf(error)),
    );
    return () => {
      isHere = false;
    };
  }, [api, dispatch, mail.id]);
  const shown = body?.html === null ? 'text' : part;

  return (
    <article class="mail" aria-label={mail.subject}>
      <header class="mail-head">
        <div class="mail-head-line">
          <button type="button" class="icon-button mail-back" aria-label="Back to the list" onClick={onBack}>
            <Icon name="back" />
          </button>
          <h2 class="mail-subject">{mail.subject || '(no subject)'}</h2>
          <PartToggle shown={shown} hasHtml={body?.html !== null} onChoose={setPart} />
        </div>
        <dl class="mail-fields">
          <dt>From</dt>
          <dd>{mail.from}</dd>
          <dt>To</dt>
          <dd>{mail.to}</dd>
          <dt>Date</dt>
          <dd>{longTime(new Date(mail.receivedAt))}</dd>
          <dt>Message-ID</dt>
          <dd class="mail-id">{mail.messageId}</dd>
        </dl>
      </header>
      {failure !== null && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
      {body && shown === 'html' && (
        <iframe
          class="mail-html"
          title={`Mail: ${mail.subject}`}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          src={api.mailHtmlUrl(mail.id)}
        />
      )}
      {body && shown === 'text' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must scroll with the keys
        <pre class="mail-text" tabIndex={0}>
          <InlineView pieces={linkPieces(body.text)} />
        </pre>
      )}
    </article>
  );
}

function PartToggle(props: {
  shown: 'html' | 'text';
  hasHtml: boolean;
  onChoose(part: 'html' | 'text'): void;
}): JSX.Element {
  const button = (part: 'html' | 'text', label: string) => (
    <button
      type="button"
      class="segment"
      aria-pressed={props.shown === part}
      disabled={part === 'html' && !props.hasHtml}
      onClick={() => props.onChoose(part)}
    >
      {label}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: two toggles are no form
    <div class="segments" role="group" aria-label="Part of the mail">
      {button('html', 'HTML')}
      {button('text', 'Plain text')}
    </div>
  );
}
