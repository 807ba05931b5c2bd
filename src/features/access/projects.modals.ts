import { z } from 'zod';
import { count, listOf } from '../../lib/plain-text';
import { bold, emoji, type ModalView, modal, note, noticeModal, paragraph } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { nameProblem } from './access-names';
import { nameInput, nameOf } from './form-blocks';
import type { ManagedProject } from './managed.types';
import type { ProjectView } from './projects.service';

export const projectCallback = 'project';
export const archiveProjectCallback = 'project-archive';

/** Which project a form is about; null for a new one. */
export const projectMetadata = z.object({ id: z.int().nullable(), version: z.int() });
export type ProjectSubject = z.infer<typeof projectMetadata>;

export const newProject: ProjectSubject = { id: null, version: 0 };

/** The form; filled in again after something was wrong. */
export function projectModal({ id, version }: ProjectSubject, name: string): ModalView {
  return modal({
    callbackId: projectCallback,
    title: id === null ? 'New project' : 'Rename project',
    submit: 'Save',
    close: 'Cancel',
    metadata: { id, version },
    blocks: [nameInput('Name', 'Up to 120 characters.', name)],
  });
}

export const readProjectName = nameOf;

export function checkProjectForm(values: ViewValues): Record<string, string> | null {
  const problem = nameProblem('project', nameOf(values));
  return problem === null ? null : { name: problem };
}

/** What was shown of a project before it is archived. */
export const archiveProjectMetadata = z.object({
  id: z.int(),
  version: z.int(),
  members: z.int(),
  runs: z.int(),
  cases: z.int(),
});

/** Says what is hidden with a project, open work first. */
export function archiveProjectModal({ project, openWork }: ProjectView): ModalView {
  const { id, version, members } = project;
  const open = [
    ...(openWork.runs > 0 ? [count(openWork.runs, 'unfinished test run')] : []),
    ...(openWork.cases > 0
      ? [count(openWork.cases, 'case without a final result', 'cases without a final result')]
      : []),
  ];
  return modal({
    callbackId: archiveProjectCallback,
    title: 'Archive this project?',
    submit: 'Archive',
    close: 'Cancel',
    metadata: { id, version, members, ...openWork },
    blocks: [
      open.length === 0
        ? paragraph(bold(project.name), ' has no open work.')
        : paragraph(emoji('warning'), ' ', bold(project.name), ` still has open work: ${listOf(open)}.`),
      paragraph(
        `It is hidden from everybody, ${members === 0 ? 'and nobody is in it' : `its ${count(members, 'member')} too`}. Nothing is deleted: brought back, it has its members and its work as they are now.`,
      ),
      ...(project.isSample
        ? [note('This is the sample project. As long as it is archived, people who are invited do not get one.')]
        : []),
    ],
  });
}

export function projectSaved(project: ManagedProject, what: string): ModalView {
  return noticeModal('Project', paragraph(emoji('white_check_mark'), ' ', bold(project.name), ` ${what}`));
}
