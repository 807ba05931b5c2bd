import type { ChatTemplate } from '../../platform/mail/delivery.types';
import { digestMessage } from './digest.text';
import { digestSchema } from './digest.types';

/** Tells the admin channel how the week was, with the numbers of the moment at which it was counted. */
export const digestChat: ChatTemplate = {
  kind: 'chat',
  name: 'digest',
  render: async (ctx, payload) => digestMessage(digestSchema.parse(payload), ctx.config.timeZone),
};
