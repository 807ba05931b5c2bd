import { z } from 'zod';
import { escapeText } from '../slack/blocks';
import type { ChatTemplate } from './delivery.types';

const payloadSchema = z.object({
  recipient: z.string(),
  template: z.string(),
  attempts: z.number(),
  problem: z.string(),
});

/** Tells the admin channel of a mail that was given up, and what to do about it. */
export const mailDeadChat: ChatTemplate = {
  kind: 'chat',
  name: 'mail-dead',
  async render(_ctx, payload) {
    const { recipient, template, attempts, problem } = payloadSchema.parse(payload);
    const tries = attempts === 1 ? 'at the first try' : `after ${attempts} tries`;
    return {
      text: `:warning: ${escapeText(
        `The ${template} mail to ${recipient} could not be delivered and was given up ${tries}. The mail server says: ${problem.slice(0, 300)} ` +
          `Check the address; /users show ${recipient} offers to send the invitation again.`,
      )}`,
    };
  },
};
