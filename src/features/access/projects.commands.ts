import { z } from 'zod';
import { count } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { type ModalView, sentence } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { readCatalogue } from './access.service';
import { listNames } from './managed.types';
import { projectList } from './managed-list.text';
import {
  archiveProjectCallback,
  archiveProjectMetadata,
  archiveProjectModal,
  checkProjectForm,
  newProject,
  projectCallback,
  projectMetadata,
  projectModal,
  projectSaved,
  readProjectName,
} from './projects.modals';
import {
  archiveProject,
  createProject,
  listProjects,
  renameProject,
  restoreProject,
  showProject,
} from './projects.service';
import { changedMeanwhile, orFormAgain } from './stale-form';
import { readSubject, searchText, theOne } from './subject-line';

const usage = '/usher projects edit NAME';
const pageValue = z.object({ text: z.string(), page: z.int().min(0), archived: z.boolean() });
const menuValue = z
  .string()
  .regex(/^(edit|archive|restore):\d+$/)
  .transform((value) => ({ entry: value.split(':')[0] ?? '', id: Number(value.split(':')[1]) }));

async function form(ctx: Context, entry: string, id: number): Promise<ModalView> {
  const view = await showProject(ctx, id);
  return entry === 'edit' ? projectModal(view.project, view.project.name) : archiveProjectModal(view);
}

/** `/usher projects`: what people are members of. */
export const projectsEdge: SlackEdge = {
  verbs: [
    {
      command: '/usher',
      verb: 'projects',
      access: 'admin',
      usage: '[new/edit/archive NAME, or text]',
      summary: 'Lists the projects; makes, renames and archives them, and brings them back',
      example: '/usher projects new Apollo Two',
      options: [],
      opensModal: (line) => (readSubject(line.rest).verb === 'list' ? null : 'Project'),
      async handle(ctx, call) {
        const { verb, name } = readSubject(call.line.rest);
        if (verb === 'list') {
          const query = { text: searchText(name), page: 0, archived: false };
          return call.reply(projectList(await listProjects(ctx, query)));
        }
        if (verb === 'new') return call.showModal(projectModal(newProject, name));
        const { id } = theOne('Project', (await readCatalogue(ctx)).projects, name, usage);
        return call.showModal(await form(ctx, verb, id));
      },
    },
  ],
  actions: [
    {
      id: listNames.project.pageAction,
      access: 'admin',
      handle: async (ctx, call) =>
        call.replace(projectList(await listProjects(ctx, pageValue.parse(JSON.parse(call.value))))),
    },
    {
      id: listNames.project.newAction,
      access: 'admin',
      opensModal: () => 'Project',
      handle: async (_ctx, call) => call.showModal(projectModal(newProject, '')),
    },
    {
      id: listNames.project.menuAction,
      access: 'admin',
      opensModal: (value) => (value.startsWith('restore:') ? null : 'Project'),
      async handle(ctx, call) {
        const { entry, id } = menuValue.parse(call.value);
        if (entry !== 'restore') return call.showModal(await form(ctx, entry, id));
        const project = await restoreProject(ctx, id, call.requestId);
        return call.reply(
          sentence(`“${project.name}” is back, with ${count(project.members, 'member')} and its work as it was.`),
        );
      },
    },
  ],
  submissions: [
    {
      callbackId: projectCallback,
      access: 'admin',
      check: checkProjectForm,
      async handle(ctx, call) {
        const subject = projectMetadata.parse(call.metadata);
        const { id, version } = subject;
        const name = readProjectName(call.values);
        const again = () => projectModal(subject, name);
        if (id === null) {
          const created = await orFormAgain(() => createProject(ctx, name, call.requestId), again);
          if ('errors' in created) return created;
          return projectSaved(created, 'is there now, without members. Add people with /users batch or /users access.');
        }
        const result = await orFormAgain(() => renameProject(ctx, { id, version, name }, call.requestId), again);
        if ('errors' in result) return result;
        const { project, kind } = result;
        if (kind === 'stale')
          return {
            errors: { name: changedMeanwhile(`it is named “${project.name}”`) },
            view: projectModal(project, name),
          };
        return projectSaved(project, kind === 'done' ? 'is its name now.' : 'was its name already.');
      },
    },
    {
      callbackId: archiveProjectCallback,
      access: 'admin',
      async handle(ctx, call) {
        const seen = archiveProjectMetadata.parse(call.metadata);
        const { kind, ...view } = await archiveProject(ctx, seen, call.requestId);
        if (kind === 'done')
          return projectSaved(view.project, 'is archived. /usher projects shows archived ones and brings them back.');
        const changed = 'The project or its work changed while this was open. Nothing was done; here it is anew.';
        return { errors: { name: changed }, view: archiveProjectModal(view) };
      },
    },
  ],
};
