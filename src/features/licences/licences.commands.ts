import { isAppError } from '../../platform/errors';
import type { SlackEdge } from '../../platform/slack/definitions';
import {
  checkLicenceForm,
  licenceCallback,
  licenceMetadata,
  licenceModal,
  licenceSaved,
  readLicenceForm,
} from './licences.modals';
import { licenceOverviewMessage } from './licences.text';
import { changeLicence, licenceOverview, showSeats } from './manage-licence.service';

/** `/usher licence`: the seats, who holds them, and how many there are. */
export const licenceEdge: SlackEdge = {
  verbs: [
    {
      command: '/usher',
      verb: 'licence',
      access: 'admin',
      usage: '',
      summary: 'Shows the seats and who holds them; changes their number and ends the trial',
      example: '/usher licence',
      options: [],
      handle: async (ctx, call) => call.reply(licenceOverviewMessage(await licenceOverview(ctx))),
    },
  ],
  actions: [
    {
      id: 'change-licence',
      access: 'admin',
      opensModal: () => 'Licence',
      async handle(ctx, call) {
        const seats = await showSeats(ctx);
        await call.showModal(licenceModal(seats, { total: String(seats.total), endTrial: false }));
      },
    },
  ],
  submissions: [
    {
      callbackId: licenceCallback,
      access: 'admin',
      check: checkLicenceForm,
      async handle(ctx, call) {
        const seen = licenceMetadata.parse(call.metadata);
        const form = readLicenceForm(call.values);
        const change = { seen, total: Number(form.total), endTrial: form.endTrial };
        try {
          const { kind, seats } = await changeLicence(ctx, change, call.requestId);
          if (kind !== 'stale') return licenceSaved(seats, kind === 'done');
          const now = `Somebody changed the licence while your form was open: there are ${seats.total.toLocaleString('en-US')} seats now. Nothing of yours was saved; save once more if it still holds.`;
          return { errors: { seats: now }, view: licenceModal(seats, form) };
        } catch (error) {
          if (!isAppError(error, 'invalid_input')) throw error;
          const { used } = await showSeats(ctx);
          return { errors: { seats: error.message }, view: licenceModal({ ...seen, used }, form) };
        }
      },
    },
  ],
};
