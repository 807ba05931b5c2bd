import type { JSX } from 'preact';
import type { MailView } from '../protocol';
import { Icon } from './icon';
import { MailReader } from './mail-reader';
import { clockTime, dayName, longTime } from './message-time';
import type { Place } from './route';
import { useShell } from './shell-context';
import type { Workspace } from './use-workspace';

interface MailRoomProps {
  workspace: Workspace;
  openId: string | null;
  onGo(place: Place): void;
}

/** All mails that would have been sent, with a reader beside the list. */
export function MailRoom({ workspace, openId, onGo }: MailRoomProps): JSX.Element {
  const shell = useShell();
  const { mails, readMails } = workspace.state;
  const open = mails.find((mail) => mail.id === openId) ?? null;
  return (
    <div class={`mail-room ${open ? 'has-open-mail' : ''}`}>
      <section class="mail-list-pane" aria-label="Mails">
        <header class="place-head">
          <h2 class="place-name">
            <Icon name="mail" /> Mail room
          </h2>
          <p class="place-topic ellipsis">Every mail that {shell.appName} would have sent, to anybody</p>
        </header>
        {mails.length === 0 ? (
          <div class="empty">
            <Icon name="mail" />
            <p class="empty-title">No mail yet</p>
            <p class="empty-text">
              Invite somebody: type <code class="text-code">/users invite</code> in a channel, and the invitation
              arrives here.
            </p>
          </div>
        ) : (
          <ul class="mail-list">
            {mails.map((mail) => (
              <li key={mail.id}>
                <MailRow
                  mail={mail}
                  isOpen={mail === open}
                  isRead={readMails.includes(mail.id)}
                  onOpen={() => onGo({ kind: 'mail', id: mail.id })}
                />
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="mail-reader-pane" aria-label="Mail">
        {open ? (
          <MailReader key={open.id} workspace={workspace} mail={open} onBack={() => onGo({ kind: 'mail', id: null })} />
        ) : (
          mails.length > 0 && (
            <div class="empty">
              <Icon name="mail" />
              <p class="empty-text">Choose a mail to read it.</p>
            </div>
          )
        )}
      </section>
    </div>
  );
}

function MailRow(props: { mail: MailView; isOpen: boolean; isRead: boolean; onOpen(): void }): JSX.Element {
  const { mail } = props;
  const at = new Date(mail.receivedAt);
  const day = dayName(at);
  return (
    <button
      type="button"
      class={`mail-row ${props.isRead ? '' : 'is-unread'}`}
      aria-current={props.isOpen || undefined}
      onClick={props.onOpen}
    >
      <span class="mail-row-head">
        <span class="mail-row-to ellipsis">
          {!props.isRead && <span class="sr-only">Unread: </span>}
          {mail.to}
        </span>
        <time class="mail-row-time" dateTime={mail.receivedAt} title={longTime(at)}>
          {day === 'Today' ? clockTime(at) : day}
        </time>
      </span>
      <span class="mail-row-subject ellipsis">{mail.subject || '(no subject)'}</span>
    </button>
  );
}
