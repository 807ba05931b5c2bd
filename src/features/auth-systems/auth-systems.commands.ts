import { z } from 'zod';
import { count } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import type { ModalView } from '../../platform/slack/blocks';
import type { ActionCall, SlackEdge } from '../../platform/slack/definitions';
import { uploadWritten } from '../../platform/slack/own-file';
import { planModal } from '../batch/batch.modals';
import { noInput } from '../batch/batch.types';
import { planBatch } from '../batch/plan-batch.service';
import { writeResultWorkbook } from '../batch/result-workbook.service';
import {
  exportButton,
  overviewModal,
  overviewTitle,
  readSwitchButton,
  readSwitchForm,
  readSwitchMetadata,
  readSystem,
  resetButton,
  resultButton,
  reuseBox,
  switchButton,
  switchCallback,
  switchedModal,
  switchModal,
  tryButton,
} from './auth-systems.modals';
import { authOverview, ssoCallbackUrl, tryConnection } from './auth-systems.service';
import { conditionSentence, exportFile } from './auth-systems.text';
import type { SiteSwitch } from './auth-systems.types';
import { draftResets, exportLeaving, withoutPassword } from './leaving-people.service';
import { planSwitch } from './plan-switch.service';
import { switchAndShow } from './show-switch';

const operationId = z.coerce.number().int().positive();
/** People without a password who are named in the result; the rest is in the workbook. */
const waitingShown = 40;

async function overview(ctx: Context, remark: string | null): Promise<ModalView> {
  return overviewModal(await authOverview(ctx), ssoCallbackUrl(ctx), remark);
}

/** The switch that an open form is about, as its box is ticked now. */
function changeOf(call: Pick<ActionCall, 'view' | 'values'>): { change: SiteSwitch; sent: string | null } {
  const { system, to, sent } = readSwitchMetadata(call.view?.metadata);
  return { change: { system, to, reuseNames: readSwitchForm(call.values).reuseNames }, sent };
}

/** Sends a workbook into the admin's conversation with Usher, and says how that went. */
async function send(
  call: ActionCall,
  file: { readonly name: string; readonly comment: string },
  write: (path: string) => Promise<unknown>,
): Promise<boolean> {
  return uploadWritten(call.slack, await call.slack.directConversation(call.caller.slackUserId), file, write);
}

const lost = 'Slack took the workbook and does not show it. Press the button once more.';

/** `/usher auth`: by which systems people sign in, and switching LDAP and SSO on and off. */
export const authSystemsEdge: SlackEdge = {
  verbs: [
    {
      command: '/usher',
      verb: 'auth',
      access: 'admin',
      usage: '',
      summary: 'Shows by which systems people sign in, tests them, and switches LDAP and SSO on and off',
      example: '/usher auth',
      options: [],
      opensModal: () => overviewTitle,
      handle: async (ctx, call) => call.showModal(await overview(ctx, null)),
    },
  ],
  actions: [
    {
      id: tryButton,
      access: 'admin',
      async handle(ctx, call) {
        const system = readSystem(call.value);
        await call.showModal(await overview(ctx, conditionSentence(await tryConnection(ctx, system))));
      },
    },
    {
      id: switchButton,
      access: 'admin',
      async handle(ctx, call) {
        const change = { ...readSwitchButton(call.value), reuseNames: false };
        await call.showModal(switchModal(await planSwitch(ctx, change), null, null));
      },
    },
    {
      id: reuseBox,
      access: 'admin',
      async handle(ctx, call) {
        const { change, sent } = changeOf(call);
        await call.showModal(switchModal(await planSwitch(ctx, change), null, sent));
      },
    },
    {
      id: exportButton,
      access: 'admin',
      async handle(ctx, call) {
        const { change } = changeOf(call);
        let people = 0;
        const isSent = await send(call, exportFile(change), async (path) => {
          people = await exportLeaving(ctx, change, path);
        });
        const said = isSent
          ? `The workbook with ${count(people, 'person', 'people')} is in our direct conversation.`
          : lost;
        await call.showModal(switchModal(await planSwitch(ctx, change), null, said));
      },
    },
    {
      id: resetButton,
      access: 'admin',
      async handle(ctx, call) {
        const batchId = await draftResets(ctx, operationId.parse(call.value));
        await call.showModal(planModal(await planBatch(ctx, batchId, noInput)));
      },
    },
    {
      id: resultButton,
      access: 'admin',
      async handle(ctx, call) {
        const id = operationId.parse(call.value);
        const file = { name: 'Result of the switch.xlsx', comment: 'Everybody whom the switch touched, and how.' };
        await send(call, file, (path) => writeResultWorkbook(ctx, id, path));
      },
    },
  ],
  submissions: [
    {
      callbackId: switchCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { system, to, counts, sent } = readSwitchMetadata(call.metadata);
        const { reuseNames, typed } = readSwitchForm(call.values);
        const change = { system, to, reuseNames };
        try {
          const outcome = await switchAndShow(ctx, call, { change, seen: counts, typed });
          if (outcome.kind === 'moved') {
            const remark = 'Something changed while you looked, so nothing was switched. This is how it is now.';
            return switchModal(outcome.plan, outcome.plan.refusal === null ? remark : null, sent);
          }
          const { switched } = outcome;
          return switchedModal(switched, await withoutPassword(ctx, switched.operationId, waitingShown));
        } catch (error) {
          if (!isAppError(error, 'invalid_input') || error.facts.field !== 'phrase') throw error;
          return { errors: { phrase: error.message }, view: switchModal(await planSwitch(ctx, change), null, sent) };
        }
      },
    },
  ],
};
