import { placedElements } from './block-kit/block-elements';
import { completeView } from './block-kit/complete-blocks';
import { completeState, formErrors } from './block-kit/element-state';
import { inspectView } from './block-kit/view-checks';
import type { Core } from './core';
import { isJsonObject, type JsonObject } from './json';
import type { Person } from './people';
import type { SlackView, StateValues } from './protocol';
import { Refused } from './refused';
import { interactionOrigin, slackFile, slackView } from './slack-objects';
import { modalView, mostModals, type OpenView } from './views';

const noConnection = 'We had some trouble connecting. Try again?';

/** Tells a person's page what is on their stack. */
export function tellModals(core: Core, personId: string): void {
  core.bus.tell(personId, { type: 'modals', stack: core.views.stack(personId).map(modalView) });
}

/** Puts a checked view on top of a person's stack; null where three are there already. */
export function pushModal(core: Core, personId: string, view: SlackView): OpenView | null {
  if (core.views.stack(personId).length >= mostModals) return null;
  const open = core.views.push(personId, view);
  tellModals(core, personId);
  return open;
}

/** Shows another view in the place of this one, Home or modal. */
export function replaceView(core: Core, open: OpenView, view: SlackView): void {
  core.views.replace(open, view);
  if (open.view.type === 'home') core.bus.tell(open.personId, { type: 'home', view });
  else tellModals(core, open.personId);
}

function topModal(core: Core, person: Person, viewId: string): OpenView {
  const open = core.views.stack(person.id).at(-1);
  if (open?.id !== viewId) throw new Refused('That form is no longer open.', 409);
  return open;
}

/** Files in a `file_input` as Slack hands them over: whole file objects, readable by the app from now on. */
function withFiles(core: Core, person: Person, state: StateValues): StateValues {
  const fileObjects = (files: unknown) =>
    (Array.isArray(files) ? files : []).flatMap((given) => {
      const file = core.files.byId(isJsonObject(given) ? String(given.id) : String(given));
      if (!file || file.owner !== person.id) return [];
      file.submitted = true;
      return [slackFile(core, file)];
    });
  return Object.fromEntries(
    Object.entries(state).map(([blockId, block]) => [
      blockId,
      Object.fromEntries(
        Object.entries(block).map(([actionId, element]) => [
          actionId,
          element.type === 'file_input' ? { ...element, files: fileObjects(element.files) } : element,
        ]),
      ),
    ]),
  );
}

function showErrors(core: Core, open: OpenView, errors: Record<string, string>): Record<string, string> {
  open.errors = errors;
  tellModals(core, open.personId);
  return errors;
}

function checkedView(core: Core, answer: JsonObject): SlackView {
  const problems = inspectView(answer.view, 'modal');
  if (problems.length > 0) {
    core.log.complain({ about: `response_action ${String(answer.response_action)}`, messages: problems });
    throw new Refused(noConnection, 504);
  }
  return completeView(answer.view);
}

function complainAndRefuse(core: Core, about: string): never {
  core.log.complain({ about, messages: [] });
  throw new Refused(noConnection, 504);
}

function carryOut(core: Core, open: OpenView, answer: unknown): Record<string, string> {
  const isThere = core.views.stack(open.personId).includes(open);
  if (answer === undefined || (isJsonObject(answer) && Object.keys(answer).length === 0)) {
    if (isThere) core.views.close(open);
    tellModals(core, open.personId);
    return {};
  }
  if (!isJsonObject(answer)) return complainAndRefuse(core, 'an answer to view_submission that is no object');
  switch (answer.response_action) {
    case 'clear':
      core.views.clear(open.personId);
      tellModals(core, open.personId);
      return {};
    case 'update': {
      const view = checkedView(core, answer);
      if (isThere) replaceView(core, open, view);
      return {};
    }
    case 'push':
      if (!pushModal(core, open.personId, checkedView(core, answer))) complainAndRefuse(core, 'push_limit_reached');
      return {};
    case 'errors': {
      const inputs = new Set(
        placedElements(open.view.blocks).flatMap(({ block, blockId }) => (block.type === 'input' ? [blockId] : [])),
      );
      const given = isJsonObject(answer.errors) ? Object.entries(answer.errors) : [];
      return showErrors(
        core,
        open,
        Object.fromEntries(given.flatMap(([id, text]) => (inputs.has(id) ? [[id, String(text)]] : []))),
      );
    }
    default:
      return complainAndRefuse(core, `response_action ${JSON.stringify(answer.response_action)}`);
  }
}

/** Submits the top modal; answers the errors that are now shown in it, by block_id. */
export async function submitModal(
  core: Core,
  person: Person,
  viewId: string,
  given: StateValues,
): Promise<Record<string, string>> {
  const open = topModal(core, person, viewId);
  if (!open.view.submit) throw new Refused('This form has nothing to submit.', 409);
  const state = withFiles(core, person, completeState(open.view.blocks, given));
  const errors = formErrors(open.view.blocks, state);
  if (Object.keys(errors).length > 0) return showErrors(core, open, errors);
  const answer = await core.courier.deliver({
    kind: 'interaction',
    name: 'view_submission',
    payload: {
      type: 'view_submission',
      ...interactionOrigin(core, person),
      trigger_id: core.triggers.issue(person.id, open.id),
      view: slackView(core, open, state),
      response_urls: [],
    },
  });
  if (answer.outcome !== 'acknowledged') throw new Refused(noConnection, 504);
  return carryOut(core, open, answer.body === '' ? undefined : answer.body);
}

/** Closes the top modal, or all of them; the app hears of those that asked for it. */
export async function closeModal(core: Core, person: Person, viewId: string, clear: boolean): Promise<void> {
  const open = topModal(core, person, viewId);
  const isCleared = clear || open.view.clear_on_close === true;
  const closed = isCleared ? [...core.views.stack(person.id)].reverse() : [open];
  if (isCleared) core.views.clear(person.id);
  else core.views.close(open);
  tellModals(core, person.id);
  await Promise.all(
    closed
      .filter((one) => one.view.notify_on_close === true)
      .map((one) =>
        core.courier.deliver({
          kind: 'interaction',
          name: 'view_closed',
          payload: {
            type: 'view_closed',
            ...interactionOrigin(core, person),
            view: slackView(core, one),
            is_cleared: isCleared,
          },
        }),
      ),
  );
}
