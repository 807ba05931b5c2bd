import { groupsEdge } from './features/access/groups.commands';
import { profilesEdge } from './features/access/profiles.commands';
import { projectsEdge } from './features/access/projects.commands';
import { approvalsEdge } from './features/approvals/approvals.commands';
import { authSystemsEdge } from './features/auth-systems/auth-systems.commands';
import { batchEdge } from './features/batch/batch.commands';
import { deletionEdge } from './features/deletion/deletion.commands';
import { severalDeletionsEdge } from './features/deletion/several-deletions.commands';
import { directoryEdge } from './features/directory/directory.commands';
import { accessEdge } from './features/edits/access.commands';
import { editsEdge } from './features/edits/edits.commands';
import { exportsEdge } from './features/exports/exports.commands';
import { historyEdge } from './features/history/history.commands';
import { importsEdge } from './features/imports/imports.commands';
import { invitesEdge } from './features/invites/invites.commands';
import { licenceEdge } from './features/licences/licences.commands';
import { offboardingEdge } from './features/offboarding/offboarding.commands';
import { sessionsEdge } from './features/sessions/sessions.commands';
import { settingsEdge } from './features/settings/settings.commands';
import { statusEdge } from './features/status/status.commands';
import { undoEdge } from './features/undo/undo.commands';
import type { SlackEdge } from './platform/slack/definitions';

/** What every feature does in Slack; only the Home, which shows the process itself, is added by createApp. */
export const featureEdges: readonly SlackEdge[] = [
  directoryEdge,
  historyEdge,
  invitesEdge,
  statusEdge,
  batchEdge,
  importsEdge,
  exportsEdge,
  profilesEdge,
  groupsEdge,
  projectsEdge,
  licenceEdge,
  deletionEdge,
  severalDeletionsEdge,
  offboardingEdge,
  editsEdge,
  accessEdge,
  approvalsEdge,
  undoEdge,
  sessionsEdge,
  settingsEdge,
  authSystemsEdge,
];
