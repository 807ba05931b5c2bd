import { z } from 'zod';
import type { SlackEdge } from '../../platform/slack/definitions';
import { undoOperation } from './undo.service';
import { undoReport } from './undo.text';

/** The button on the results of operations that takes them back. */
export const undoEdge: SlackEdge = {
  actions: [
    {
      id: 'undo-operation',
      access: 'admin',
      async handle(ctx, call) {
        const operationId = z.coerce.number().int().positive().parse(call.value);
        await call.reply(undoReport(await undoOperation(ctx, operationId)));
      },
    },
  ],
};
