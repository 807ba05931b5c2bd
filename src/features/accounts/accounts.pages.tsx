import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { JSX } from 'preact';
import type { Context } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import { errorStatuses } from '../../platform/http/error-statuses';
import { formField, queryParameter } from '../../platform/http/form-body';
import { ErrorSummary, Field, type FieldError, PostForm } from '../../platform/http/form-fields';
import { Card, LinkButton, Message, type Page, sendPage } from '../../platform/http/page-layout';
import { passwordFormLimit } from '../../platform/http/server';
import { passwordHint } from '../credentials/credentials.text';
import { activateAccount, resetPassword, viewActivation, viewReset } from './accounts.service';
import { activationText, problemSentence, resetText, voidLinkHeading } from './accounts.text';
import type { FormProblem, Person } from './accounts.types';

interface FormState {
  readonly token: string;
  readonly csrfToken: string;
  readonly person: Person;
  readonly errors: readonly FieldError[];
}

type Names = Pick<Person, 'firstName' | 'lastName'>;

function errorsOf(problems: readonly FormProblem[]): FieldError[] {
  return problems.map((problem) => ({ field: problem.field, sentence: problemSentence(problem) }));
}

/** The address, so that people see whose account it is and password managers store it. */
function AddressField({ person }: { readonly person: Person }): JSX.Element {
  return <Field name="email" label="E-mail" type="email" value={person.email} autocomplete="username" readOnly />;
}

function PasswordFields({ errors }: { readonly errors: readonly FieldError[] }): JSX.Element {
  return (
    <>
      <Field
        name="password"
        label="Password"
        type="password"
        hint={passwordHint}
        autocomplete="new-password"
        errors={errors}
        required
      />
      <Field
        name="passwordAgain"
        label="The same password again"
        type="password"
        autocomplete="new-password"
        errors={errors}
        required
      />
    </>
  );
}

function titleOf(title: string, errors: readonly FieldError[]): string {
  return errors.length > 0 ? `Error: ${title}` : title;
}

function activationPage({ token, csrfToken, person, names, errors }: FormState & { readonly names: Names }): Page {
  return {
    title: titleOf(activationText.title, errors),
    content: (
      <Card>
        <h1>{activationText.heading(person)}</h1>
        <p class="lead">{activationText.lead}</p>
        <ErrorSummary errors={errors} />
        <PostForm action="/activate" csrfToken={csrfToken} hidden={{ token }} submit={activationText.submit}>
          <AddressField person={person} />
          <div class="pair">
            <Field
              name="firstName"
              label="First name"
              value={names.firstName}
              autocomplete="given-name"
              errors={errors}
              required
            />
            <Field
              name="lastName"
              label="Last name"
              aside="optional"
              value={names.lastName}
              autocomplete="family-name"
              errors={errors}
            />
          </div>
          <PasswordFields errors={errors} />
        </PostForm>
      </Card>
    ),
  };
}

function resetPage({ token, csrfToken, person, errors }: FormState): Page {
  return {
    title: titleOf(resetText.title, errors),
    content: (
      <Card>
        <h1>{resetText.heading}</h1>
        <p class="lead">{resetText.lead}</p>
        <ErrorSummary errors={errors} />
        <PostForm action="/reset-password" csrfToken={csrfToken} hidden={{ token }} submit={resetText.submit}>
          <AddressField person={person} />
          <PasswordFields errors={errors} />
        </PostForm>
      </Card>
    ),
  };
}

function donePage(text: typeof activationText | typeof resetText, heading: string, person: Person): Page {
  return {
    title: text.doneTitle,
    content: (
      <Message sign="good" heading={heading}>
        <p class="lead">{text.doneLead(person)}</p>
        <LinkButton href="/sign-in">{text.doneEnd}</LinkButton>
      </Message>
    ),
  };
}

/** Says why a link does not work; any other error goes on to the server's error pages. */
function sendVoidLink(reply: FastifyReply, error: unknown): FastifyReply {
  if (!isAppError(error, 'link_void')) throw error;
  const heading = voidLinkHeading(error.facts.reason);
  const isUsed = error.facts.reason === 'used';
  return sendPage(reply, errorStatuses.link_void, {
    title: heading,
    content: (
      <Message sign={isUsed ? 'good' : 'warn'} heading={heading}>
        <p class="lead">{error.message}</p>
        {isUsed ? <LinkButton href="/sign-in">{resetText.doneEnd}</LinkButton> : null}
      </Message>
    ),
  });
}

/** `GET` and `POST` of `/activate` and `/reset-password`. A GET, and so a HEAD or a link preview, changes nothing. */
export function accountPages(ctx: Context): FastifyPluginAsync {
  return async (app) => {
    app.get('/activate', async (request, reply) => {
      const token = queryParameter(request, 'token');
      try {
        const person = await viewActivation(ctx, token);
        const page = activationPage({ token, csrfToken: reply.generateCsrf(), person, names: person, errors: [] });
        return sendPage(reply, 200, page);
      } catch (error) {
        return sendVoidLink(reply, error);
      }
    });

    app.post('/activate', { config: passwordFormLimit }, async (request, reply) => {
      const token = formField(request, 'token');
      const names = { firstName: formField(request, 'firstName'), lastName: formField(request, 'lastName') };
      const passwords = {
        password: formField(request, 'password'),
        passwordAgain: formField(request, 'passwordAgain'),
      };
      try {
        const outcome = await activateAccount(ctx, { token, ...names, ...passwords });
        if (outcome.kind === 'done') {
          const heading = activationText.doneHeading(outcome.person);
          return sendPage(reply, 200, donePage(activationText, heading, outcome.person));
        }
        const { person, problems } = outcome;
        const state = { token, csrfToken: reply.generateCsrf(), person, errors: errorsOf(problems) };
        return sendPage(reply, 422, activationPage({ ...state, names }));
      } catch (error) {
        return sendVoidLink(reply, error);
      }
    });

    app.get('/reset-password', async (request, reply) => {
      const token = queryParameter(request, 'token');
      try {
        const person = await viewReset(ctx, token);
        return sendPage(reply, 200, resetPage({ token, csrfToken: reply.generateCsrf(), person, errors: [] }));
      } catch (error) {
        return sendVoidLink(reply, error);
      }
    });

    app.post('/reset-password', { config: passwordFormLimit }, async (request, reply) => {
      const token = formField(request, 'token');
      const passwords = {
        password: formField(request, 'password'),
        passwordAgain: formField(request, 'passwordAgain'),
      };
      try {
        const outcome = await resetPassword(ctx, { token, ...passwords });
        if (outcome.kind === 'done') {
          return sendPage(reply, 200, donePage(resetText, resetText.doneHeading, outcome.person));
        }
        const { person, problems } = outcome;
        const page = resetPage({ token, csrfToken: reply.generateCsrf(), person, errors: errorsOf(problems) });
        return sendPage(reply, 422, page);
      } catch (error) {
        return sendVoidLink(reply, error);
      }
    });
  };
}
