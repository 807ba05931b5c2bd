import type { JSX } from 'preact';
import type { PersonView } from '../protocol';
import { Avatar } from './avatar';
import { canBe, groupPeople, kindName, nameOf } from './person-look';

/** People by kind, one button each; bots and deactivated accounts are shown but cannot be chosen. */
/** An address that may break after its @ before it breaks anywhere else. */
function breakable(email: string) {
  const [local = '', domain = ''] = email.split('@');
  return (
    <>
      {local}@<wbr />
      {domain}
    </>
  );
}

export function PersonPicker(props: {
  people: readonly PersonView[];
  current: string | null;
  /** Level of the headings above the groups. */
  level: 2 | 3;
  onPick(id: string): void;
}): JSX.Element {
  const Heading = `h${props.level}` as 'h2';
  return (
    <div class="picker">
      {groupPeople(props.people).map((group) => (
        <section key={group.heading} class="picker-group" aria-label={group.heading}>
          <Heading class="picker-heading">{group.heading}</Heading>
          <ul class="picker-list">
            {group.people.map((person) => (
              <li key={person.id}>
                <PersonButton person={person} isCurrent={person.id === props.current} onPick={props.onPick} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function PersonButton(props: { person: PersonView; isCurrent: boolean; onPick(id: string): void }): JSX.Element {
  const { person, isCurrent } = props;
  const kind = kindName(person);
  return (
    <button
      type="button"
      class="picker-person"
      data-person={person.id}
      disabled={!canBe(person)}
      aria-current={isCurrent || undefined}
      onClick={() => props.onPick(person.id)}
    >
      <Avatar person={person} />
      <span class="picker-person-text">
        <span class="picker-person-name">
          <span class="ellipsis">{nameOf(person)}</span>
          {kind !== '' && <span class="tag">{kind}</span>}
          {isCurrent && <span class="tag tag-current">You</span>}
        </span>
        {person.email !== null && <span class="picker-person-email">{breakable(person.email)}</span>}
        {person.note !== '' && <span class="picker-person-note">{person.note}</span>}
      </span>
    </button>
  );
}
