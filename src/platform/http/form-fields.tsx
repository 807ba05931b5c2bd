import type { ComponentChildren, JSX } from 'preact';
import { count } from '../../lib/plain-text';

/** What is wrong with one field, as a sentence that says what to do. */
export interface FieldError {
  readonly field: string;
  readonly sentence: string;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  /** Said in small letters behind the label, such as "optional". */
  readonly aside?: string;
  readonly hint?: string;
  readonly errors?: readonly FieldError[];
  readonly type?: 'text' | 'password' | 'email';
  readonly value?: string;
  readonly autocomplete: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
}

/** A labelled text field with its hint and its error, both tied to it for screen readers. A password is never filled in. */
export function Field(props: FieldProps): JSX.Element {
  const { name, type = 'text' } = props;
  const error = props.errors?.find(({ field }) => field === name);
  const describedBy = [props.hint && `${name}-hint`, error && `${name}-problem`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={name}>
        {props.label}
        {props.aside === undefined ? null : <span class="aside"> ({props.aside})</span>}
      </label>
      {props.hint === undefined ? null : (
        <p class="hint" id={`${name}-hint`}>
          {props.hint}
        </p>
      )}
      {error === undefined ? null : (
        <p class="problem" id={`${name}-problem`}>
          {error.sentence}
        </p>
      )}
      <input
        id={name}
        name={name}
        type={type}
        value={type === 'password' ? '' : (props.value ?? '')}
        autocomplete={props.autocomplete}
        required={props.required ?? false}
        readOnly={props.readOnly ?? false}
        spellcheck={false}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={describedBy === '' ? undefined : describedBy}
        {...(type === 'text' ? {} : { autocapitalize: 'none' })}
      />
    </div>
  );
}

/** Every error of a form in one place, each leading to its field. Takes the focus when the page opens. */
export function ErrorSummary({ errors }: { readonly errors: readonly FieldError[] }): JSX.Element | null {
  if (errors.length === 0) return null;
  return (
    <div class="summary" role="alert" tabIndex={-1} aria-labelledby="summary-heading" autofocus>
      <h2 id="summary-heading">
        {errors.length === 1 ? 'One thing needs another look' : `${count(errors.length, 'thing')} need another look`}
      </h2>
      <ul>
        {errors.map(({ field, sentence }) => (
          <li key={field}>
            <a href={`#${field}`}>{sentence}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A form that is posted to `action`; it works without JavaScript and carries the proof that it came from our page. */
export function PostForm(props: {
  readonly action: string;
  readonly csrfToken: string;
  readonly hidden?: Readonly<Record<string, string>>;
  readonly submit: string;
  /** What the button is about, said after its words to those who cannot see where it stands. */
  readonly about?: string;
  /** `plain`: a smaller button, for what a page is not mainly there for. */
  readonly look?: 'main' | 'plain';
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    // The server checks and says all errors at once, in one way in every browser.
    <form method="post" action={props.action} noValidate>
      <input type="hidden" name="_csrf" value={props.csrfToken} />
      {Object.entries(props.hidden ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {props.children}
      <button type="submit" class={props.look ?? 'main'}>
        {props.submit}
        {props.about === undefined ? null : <span class="unseen"> {props.about}</span>}
      </button>
    </form>
  );
}
