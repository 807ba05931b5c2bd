import { shorten } from '../../lib/plain-text';
import type { AuditAction } from '../audit/audit-actions.types';
import type { TrailEvent } from './trail.types';

/** What somebody did, by action: “Ada” + these words + “ben@example.com”. One list of all that is written. */
const sentences: Readonly<Record<AuditAction, string>> = {
  'user.invited': 'invited',
  'user.added': 'added',
  'user.invited_again': 'invited again',
  'user.invitation_resent': 'sent the invitation again to',
  'user.invitation_expired': 'marked as expired the invitation of',
  'user.reminded': 'sent a reminder to',
  'user.activated': 'activated',
  'user.disabled': 'disabled',
  'user.made_admin': 'made an admin of',
  'user.updated': 'changed',
  'user.edited': 'edited',
  'user.imported': 'changed by a spreadsheet',
  'user.auth_switched': 'switched the auth system or usernames of',
  'user.access_changed': 'changed the projects of',
  'user.projects_added': 'added to projects',
  'user.groups_changed': 'changed the groups of',
  'user.profile_replaced': 'replaced the profile of',
  'user.password_set': 'set the password of',
  'user.password_reset_sent': 'sent a password reset to',
  'user.slack_linked_again': 'linked the Slack account again of',
  'user.took_over': 'handed open work over to',
  'user.deleted': 'deleted',
  'user.change_undone': 'undid a change of',
  'user.offboarding_asked': 'asked a second admin for the offboarding of',
  'user.offboarding_planned': 'planned the offboarding of',
  'user.offboarding_changed': 'changed the planned offboarding of',
  'user.offboarding_called_off': 'called off the offboarding of',
  'user.offboarding_failed': 'could not offboard',
  'users.exported': 'exported',
  'session.ended': 'ended a session of',
  'token.made': 'made an API token of',
  'token.revoked': 'revoked an API token of',
  'import.confirmed': 'confirmed the import',
  'import.confirmed_first': 'confirmed the import, which waits for a second admin',
  'import.cancelled': 'cancelled the import',
  'import.paused': 'paused the import',
  'import.continued': 'let the import go on',
  'import.stopped': 'stopped the import',
  'import.finished': 'finished the import',
  'licence.changed': 'changed the licence',
  'settings.changed': 'changed the settings of',
  'profile.created': 'made the profile',
  'profile.changed': 'changed the profile',
  'profile.archived': 'archived the profile',
  'group.created': 'made the group',
  'group.changed': 'changed the group',
  'group.deleted': 'deleted the group',
  'project.created': 'made the project',
  'project.renamed': 'renamed the project',
  'project.restored': 'brought back the project',
  'project.archived': 'archived the project',
  'approval.requested': 'asked for approval of',
  'approval.approved': 'approved',
  'approval.done': 'finished what was approved:',
  'approval.failed': 'could not do what was approved:',
  'approval.refused': 'refused',
  'approval.called_off': 'called off the request',
  'approval.expired': 'marked as expired the request',
  'approval.void': 'voided the request',
  'approval.phrase_typed': 'confirmed by typing a phrase',
};

const words: ReadonlyMap<string, string> = new Map(Object.entries(sentences));

/**
 * What was done, in words. What another version of Usher wrote and this one does not know is read out as it is written:
 * `group.renamed` → group renamed.
 */
export function actionSentence(action: string): string {
  return words.get(action) ?? `${action.replace(/[._]/g, ' ')}:`;
}

/** Every action with a sentence. */
export const knownActions: readonly string[] = Object.keys(sentences);

const secretName = /link|token|password|secret|nonce|hash/i;
const secretValue = /token=|https?:\/\//i;

const nothing = '–';

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return nothing;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? nothing : value.map(shown).join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, item]) => `${fieldName(key)} ${shown(item)}`)
      .join(', ');
  const text = String(value);
  return secretValue.test(text) ? '(not shown)' : text;
}

const abbreviation = /\b(sso|ldap|api|id|ip)\b/g;

/** `defaultProfile` → Default profile, `ssoUsername` → SSO username. */
function fieldName(key: string): string {
  const words = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toLowerCase()
    .replace(abbreviation, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `Status: Active → Disabled`, a line a field that changed. Neither links nor anything secret, whatever was written. */
export function changeLines({ before, after }: Pick<TrailEvent, 'before' | 'after'>, longest = 300): string[] {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return keys.flatMap((key) => {
    const [old, current] = [before?.[key], after?.[key]];
    if (secretName.test(key) && typeof current !== 'number') return [];
    // What somebody new does not have is no news.
    if (!(before && key in before) && shown(current) === nothing) return [];
    if (before !== null && after !== null && key in before && JSON.stringify(old) === JSON.stringify(current))
      return [];
    const change = before !== null && key in before ? `${shown(old)} → ${shown(current)}` : shown(current);
    return [shorten(`${fieldName(key)}: ${change}`, longest)];
  });
}
