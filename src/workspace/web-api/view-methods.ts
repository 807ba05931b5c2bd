import { completeView } from '../block-kit/complete-blocks';
import { inspectView, isTooLarge } from '../block-kit/view-checks';
import type { Core } from '../core';
import type { JsonObject } from '../json';
import { pushModal, replaceView, tellModals } from '../modals';
import type { SlackView } from '../protocol';
import { slackView } from '../slack-objects';
import type { OpenView } from '../views';
import { type Arguments, objectOf, requiredText, textOf } from './arguments';
import type { WebMethods } from './method';
import { knownPerson } from './places';
import { ApiRefusal, invalidArguments } from './refusal';

function checkedView(core: Core, args: Arguments, kind: 'modal' | 'home', replaced?: OpenView): SlackView {
  const view = objectOf(args, 'view');
  if (isTooLarge(view)) throw new ApiRefusal('view_too_large');
  const problems = inspectView(view, kind);
  if (problems.length > 0) throw invalidArguments(...problems);
  const externalId = textOf(view, 'external_id');
  const same = externalId === undefined ? undefined : core.views.byExternalId(externalId);
  if (same && same !== replaced) throw new ApiRefusal('duplicate_external_id');
  return completeView(view);
}

function heldTrigger(
  core: Core,
  args: Arguments,
): { readonly id: string; readonly personId: string; readonly viewId: string | null } {
  const id = requiredText(args, 'trigger_id');
  const trigger = core.triggers.look(id);
  if (typeof trigger === 'string') throw new ApiRefusal(trigger);
  return { id, ...trigger };
}

function checkHash(args: Arguments, open: OpenView | undefined): void {
  const hash = textOf(args, 'hash');
  if (hash !== undefined && open && hash !== open.hash) throw new ApiRefusal('hash_conflict');
}

function push(core: Core, personId: string, view: SlackView): JsonObject {
  const open = pushModal(core, personId, view);
  if (!open) throw new ApiRefusal('push_limit_reached');
  return { view: slackView(core, open) };
}

export const viewMethods: WebMethods = {
  'views.open': {
    tier: 4,
    scopes: [],
    run(core, args) {
      const view = checkedView(core, args, 'modal');
      const trigger = heldTrigger(core, args);
      core.triggers.exchange(trigger.id);
      // From within a modal Slack puts the new one on top; else it takes the place of what was open.
      if (trigger.viewId === null) {
        core.views.clear(trigger.personId);
        tellModals(core, trigger.personId);
      }
      return push(core, trigger.personId, view);
    },
  },
  'views.push': {
    tier: 4,
    scopes: [],
    run(core, args) {
      const view = checkedView(core, args, 'modal');
      const trigger = heldTrigger(core, args);
      if (core.views.stack(trigger.personId).length === 0) throw new ApiRefusal('not_found');
      core.triggers.exchange(trigger.id);
      return push(core, trigger.personId, view);
    },
  },
  'views.update': {
    tier: 4,
    scopes: [],
    run(core, args) {
      const viewId = textOf(args, 'view_id');
      const externalId = textOf(args, 'external_id');
      if (viewId === undefined && externalId === undefined) throw invalidArguments('missing required field: view_id');
      const open = viewId === undefined ? core.views.byExternalId(externalId ?? '') : core.views.byId(viewId);
      const view = checkedView(core, args, open?.view.type ?? 'modal', open);
      if (!open) throw new ApiRefusal('not_found');
      checkHash(args, open);
      replaceView(core, open, view);
      return { view: slackView(core, open) };
    },
  },
  'views.publish': {
    tier: 4,
    scopes: [],
    run(core, args) {
      const userId = requiredText(args, 'user_id');
      const existing = core.views.home(userId);
      const view = checkedView(core, args, 'home', existing);
      const person = knownPerson(core, userId);
      if (!core.manifest.homeTab) throw new ApiRefusal('not_enabled');
      checkHash(args, existing);
      const open = core.views.publish(person.id, view);
      core.bus.tell(person.id, { type: 'home', view });
      return { view: slackView(core, open) };
    },
  },
};
