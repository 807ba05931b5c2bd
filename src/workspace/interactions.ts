import { elementAt, type PlacedElement } from './block-kit/block-elements';
import { completeState, initialState, ownOption, stateKey } from './block-kit/element-state';
import { inspectSuggestions } from './block-kit/suggestions';
import type { Conversation, Message } from './conversations';
import type { Core } from './core';
import { isJsonObject, type JsonObject } from './json';
import { findMessage } from './messages';
import type { Person } from './people';
import type {
  ContainerRef,
  PostActionBody,
  PostSuggestionBody,
  SlackBlock,
  StateValues,
  SuggestionsView,
} from './protocol';
import { Refused } from './refused';
import { channelName, interactionOrigin, slackMessage, slackView } from './slack-objects';
import { giveNotice, ownConversation } from './standing';
import type { OpenView } from './views';

type Place =
  | { readonly kind: 'message'; readonly conversation: Conversation; readonly message: Message }
  | { readonly kind: 'view'; readonly open: OpenView };

function placeOf(core: Core, person: Person, container: ContainerRef): Place {
  if (container.type === 'message') {
    const conversation = ownConversation(core, person, container.conversationId);
    const message = findMessage(conversation, container.ts, person);
    if (!message) throw new Refused('That message is no longer there.', 404);
    return { kind: 'message', conversation, message };
  }
  const open =
    container.type === 'home'
      ? core.views.home(person.id)
      : core.views.stack(person.id).find((view) => view.id === container.viewId);
  if (!open) throw new Refused('That view is no longer there.', 404);
  return { kind: 'view', open };
}

function blocksOf(place: Place): readonly (readonly SlackBlock[])[] {
  return place.kind === 'view' ? [place.open.view.blocks] : [place.message.blocks, place.message.formerBlocks];
}

function findElement(place: Place, blockId: string, actionId: string): PlacedElement {
  for (const blocks of blocksOf(place)) {
    const placed = elementAt(blocks, blockId, actionId);
    if (placed) return placed;
  }
  throw new Refused('That element is no longer there.', 409);
}

function containerPayload(place: Place): JsonObject {
  if (place.kind === 'view') return { type: 'view', view_id: place.open.id };
  const { ts, conversationId, visibleTo, threadTs } = place.message;
  return {
    type: 'message',
    message_ts: ts,
    channel_id: conversationId,
    is_ephemeral: visibleTo !== null,
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
  };
}

/** What the payload says of where the element stands; Slack does not send the contents of ephemeral messages. */
function surroundings(core: Core, place: Place, state: StateValues): JsonObject {
  if (place.kind === 'view') return { view: slackView(core, place.open, state) };
  const { conversation, message } = place;
  return {
    channel: { id: conversation.id, name: channelName(conversation) },
    ...(message.visibleTo === null ? { message: slackMessage(core, message) } : {}),
    state: { values: completeState(message.blocks, state) },
  };
}

/** The chosen value, made from what the app had sent: a person can choose only what is there. */
function chosen(placed: PlacedElement, given: JsonObject): JsonObject {
  const { element } = placed;
  const key = element.type === 'overflow' ? 'selected_option' : stateKey(element.type);
  if (key === null) return {};
  const value = given[key];
  if (element.type === 'external_select' || element.type === 'multi_external_select') return { [key]: value ?? null };
  const own = (option: unknown) => {
    const found = ownOption(placed, option);
    if (!found) throw new Refused('That option is not there to choose.', 409);
    return found;
  };
  if (key === 'selected_option') return { [key]: value === null || value === undefined ? null : own(value) };
  if (key === 'selected_options') return { [key]: Array.isArray(value) ? value.map(own) : [] };
  return { [key]: value ?? null };
}

function actionPayload(core: Core, placed: PlacedElement, given: JsonObject): JsonObject {
  const { element, blockId, actionId } = placed;
  const copied = ['text', 'value', 'style', 'url', 'placeholder'].filter(
    (key) => element[key] !== undefined && (element.type === 'button' || key === 'placeholder'),
  );
  return {
    type: element.type,
    action_id: actionId,
    block_id: blockId,
    ...Object.fromEntries(copied.map((key) => [key, element[key]])),
    ...chosen(placed, given),
    action_ts: core.nextTimestamp(),
  };
}

function withAction(state: StateValues, placed: PlacedElement, action: JsonObject): StateValues {
  const initial = initialState(placed.element);
  const key = stateKey(placed.element.type);
  if (!initial || key === null) return state;
  const own = { type: initial.type, [key]: action[key] };
  return { ...state, [placed.blockId]: { ...state[placed.blockId], [placed.actionId]: own } };
}

/** A click or a choice; resolves once the app acknowledged it or the person has been told that it did not. */
export async function useElement(core: Core, person: Person, body: PostActionBody): Promise<void> {
  const place = placeOf(core, person, body.container);
  const conversation = place.kind === 'message' ? place.conversation : null;
  const placed = findElement(place, body.action.block_id, body.action.action_id);
  if (placed.block.type === 'input' && placed.block.dispatch_action !== true) {
    throw new Refused('That element waits for the form to be submitted.', 409);
  }
  if (!core.manifest.interactive) {
    giveNotice(core, person, conversation, 'This app is not configured to handle interactive responses.');
    return;
  }
  const action = actionPayload(core, placed, body.action);
  const state = withAction(body.state, placed, action);
  const target = { personId: person.id, conversationId: conversation?.id ?? '', messageTs: null };
  const answer = await core.courier.deliver({
    kind: 'interaction',
    name: 'block_actions',
    payload: {
      type: 'block_actions',
      ...interactionOrigin(core, person),
      container: containerPayload(place),
      trigger_id: core.triggers.issue(person.id, place.kind === 'view' ? modalId(place.open) : null),
      ...surroundings(core, place, state),
      ...(place.kind === 'message'
        ? {
            response_url: `${core.origin()}${core.responseUrls.issue('actions', core.team.id, {
              ...target,
              messageTs: place.message.ts,
            })}`,
          }
        : {}),
      actions: [action],
    },
  });
  if (answer.outcome === 'acknowledged') return;
  const error = answer.outcome === 'operation_timeout' ? 'operation_timeout' : answer.outcome;
  giveNotice(
    core,
    person,
    conversation,
    `${core.manifest.appName} did not respond to that in time (${error}). Try again.`,
  );
}

function modalId(open: OpenView): string | null {
  return open.view.type === 'modal' ? open.id : null;
}

const nothing: SuggestionsView = { options: [], optionGroups: [] };

/** What the app offers for the letters typed in an external select. */
export async function suggest(core: Core, person: Person, body: PostSuggestionBody): Promise<SuggestionsView> {
  const place = placeOf(core, person, body.container);
  const { element } = findElement(place, body.blockId, body.actionId);
  if (element.type !== 'external_select' && element.type !== 'multi_external_select') {
    throw new Refused('That element has its own options.', 409);
  }
  // Slack asks only from the third letter on unless the app says otherwise.
  const least = typeof element.min_query_length === 'number' ? element.min_query_length : 3;
  if (body.value.length < least) return nothing;
  const { state: _state, ...around } = surroundings(core, place, {});
  const answer = await core.courier.deliver({
    kind: 'options',
    name: 'block_suggestion',
    payload: {
      type: 'block_suggestion',
      ...interactionOrigin(core, person),
      container: containerPayload(place),
      action_id: body.actionId,
      block_id: body.blockId,
      value: body.value,
      ...around,
    },
  });
  if (answer.outcome !== 'acknowledged') throw new Refused('The app did not answer in time.', 504);
  const problems = inspectSuggestions(answer.body);
  if (problems.length > 0 || !isJsonObject(answer.body)) {
    core.log.complain({ about: `the options for ${body.actionId}`, messages: problems });
    throw new Refused('Could not load results.', 502);
  }
  const { options, option_groups: optionGroups } = answer.body;
  return {
    options: (options ?? []) as SuggestionsView['options'],
    optionGroups: (optionGroups ?? []) as SuggestionsView['optionGroups'],
  };
}
