import { z } from 'zod';
import type { ChatTemplate } from '../../platform/mail/delivery.types';
import { seatsWarning } from './licences.text';

const payloadSchema = z.object({ used: z.int(), total: z.int() });

/** Tells the admin channel that nine tenths of the seats are taken. */
export const seatsWarningChat: ChatTemplate = {
  kind: 'chat',
  name: 'seats-warning',
  async render(_ctx, payload) {
    const { used, total } = payloadSchema.parse(payload);
    return seatsWarning(used, total);
  },
};
