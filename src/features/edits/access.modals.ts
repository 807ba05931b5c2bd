import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { button, buttons, type ModalView, modal, note, option, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { projectSuggestions } from '../invites/invites.modals';
import { accessBlocks, pagesOf } from './access.text';
import type { AccessChoice, AccessEdit, AccessForm, AccessSelection } from './access.types';
import { packAccess, unpackAccess } from './access-set';
import { digestOf, workDigest } from './draft-access';

export const accessCallback = 'edit-access';
export const choiceSuggestions = 'access-choice';

/** What chosen projects can get beside a profile. */
export const words = [
  option('Their default profile', 'default', 'Where they are already, the profile stays'),
  option('Read-only licence', 'read-only', 'The Read Only profile in every chosen project'),
  option('Remove from these projects', 'remove', 'You see the open work before it is saved'),
];

// As packAccess makes it.
const packed = z.string().regex(/^(?:[0-9a-z]{1,7}=[0-9a-z]{1,7}(?:\.[0-9a-z]{1,7})*(?:;(?=.)|$))*$/);
const metadataSchema = z.object({
  userId: z.int(),
  shown: z.union([packed, z.string().regex(/^#[\w-]{16}$/)]),
  draft: packed,
  page: z.int().min(0),
  round: z.int(),
  work: z.string(),
});

// Private metadata holds 3,000 characters; beside this and the draft only a few numbers stand in it.
const shownLimit = 1600;

/** The form: a page of projects, what is to change, and the inputs for further changes. */
export function accessModal(form: AccessForm, page = 0, round = 0): ModalView {
  const { user, catalogue, now, draft, work, selection } = form;
  const shown = packAccess(now);
  const pages = pagesOf(form);
  const current = Math.min(page, pages - 1);
  const id = (name: string) => `${name}:${round}`;
  const projects = catalogue.projects
    .filter((project) => selection.projectIds.includes(project.id))
    .slice(0, 100)
    .map((project) => option(project.name, String(project.id)));
  const profile = catalogue.profiles.find((candidate) => candidate.id === selection.choice);
  const all = option('All projects they are in', 'yes');
  return modal({
    callbackId: accessCallback,
    title: 'Projects and profiles',
    submit: 'Save',
    close: 'Cancel',
    metadata: {
      userId: user.id,
      shown: shown.length <= shownLimit ? shown : `#${digestOf(shown)}`,
      draft: packAccess(draft),
      page: current,
      round,
      work: workDigest(work),
    },
    blocks: [
      ...accessBlocks(form, current),
      ...navigation(current, pages),
      {
        type: 'input',
        block_id: id('projects'),
        optional: true,
        label: plain('Projects'),
        element: {
          type: 'multi_external_select',
          action_id: projectSuggestions,
          min_query_length: 0,
          placeholder: plain('Choose projects'),
          ...(projects.length > 0 ? { initial_options: projects } : {}),
        },
      },
      {
        type: 'input',
        block_id: id('everywhere'),
        optional: true,
        label: plain('Also'),
        element: {
          type: 'checkboxes',
          action_id: 'everywhere',
          options: [all],
          ...(selection.everywhere ? { initial_options: [all] } : {}),
        },
      },
      {
        type: 'input',
        block_id: id('choice'),
        label: plain('In these projects they get'),
        element: {
          type: 'external_select',
          action_id: choiceSuggestions,
          min_query_length: 0,
          placeholder: plain('Choose a profile'),
          initial_option: profile
            ? option(profile.name, String(profile.id))
            : (words.find(({ value }) => value === selection.choice) ?? option('Their default profile', 'default')),
        },
      },
      buttons(id('draft'), button({ actionId: 'access-draft', text: 'Put on the list' })),
      note('Put several changes on the list, one after another. Nothing changes before you press Save.'),
    ],
  });
}

function navigation(page: number, pages: number): KnownBlock[] {
  if (pages === 1) return [];
  return [
    buttons(
      'access-pages',
      ...(page > 0 ? [button({ actionId: 'access-page:previous', text: '← Previous', value: String(page - 1) })] : []),
      ...(page < pages - 1 ? [button({ actionId: 'access-page:next', text: 'Next →', value: String(page + 1) })] : []),
    ),
  ];
}

const stateOf = (values: ViewValues, name: string, actionId: string) =>
  Object.entries(values).find(([blockId]) => blockId.split(':', 1)[0] === name)?.[1][actionId];

function readChoice(value: string | undefined): AccessChoice {
  if (value === 'read-only' || value === 'remove') return value;
  return value !== undefined && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : 'default';
}

/** What was shown, what is on the list, and what stands in the inputs. @throws ZodError for metadata that is not ours */
export function readAccessForm(
  values: ViewValues,
  metadata: unknown,
): AccessEdit & { readonly page: number; readonly round: number; readonly toldWork: string } {
  const { userId, shown, draft, page, round, work } = metadataSchema.parse(metadata);
  const selection: AccessSelection = {
    projectIds: (stateOf(values, 'projects', projectSuggestions)?.selected_options ?? [])
      .map(({ value }) => Number(value))
      .filter(Number.isSafeInteger),
    everywhere: (stateOf(values, 'everywhere', 'everywhere')?.selected_options ?? []).length > 0,
    choice: readChoice(stateOf(values, 'choice', choiceSuggestions)?.selected_option?.value),
  };
  return {
    userId,
    shown: shown.startsWith('#') ? { digest: shown.slice(1) } : unpackAccess(shown),
    draft: unpackAccess(draft),
    selection,
    page,
    round,
    toldWork: work,
  };
}
