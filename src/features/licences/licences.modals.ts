import { z } from 'zod';
import { count } from '../../lib/plain-text';
import { emoji, type ModalView, modal, noticeModal, option, paragraph, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import type { Seats } from './licences.service';
import { mostSeats } from './manage-licence.service';

export const licenceCallback = 'licence';
const seatsId = 'seats';
const trialId = 'trial';

/** What the form showed when it was opened. */
export const licenceMetadata = z.object({ total: z.int(), isTrial: z.boolean() });

export interface LicenceForm {
  readonly total: string;
  readonly endTrial: boolean;
}

/** The form; filled in again after something was wrong. */
export function licenceModal({ total, used, isTrial }: Seats, form: LicenceForm): ModalView {
  const end = option('End the trial', 'end', 'This does not come back.');
  return modal({
    callbackId: licenceCallback,
    title: 'Licence',
    submit: 'Save',
    close: 'Cancel',
    metadata: { total, isTrial },
    blocks: [
      {
        type: 'input',
        block_id: seatsId,
        label: plain('Seats'),
        hint: plain(`${count(used, 'seat is', 'seats are')} taken; there cannot be fewer.`),
        element: {
          type: 'number_input',
          action_id: seatsId,
          is_decimal_allowed: false,
          min_value: '1',
          max_value: String(mostSeats),
          ...(form.total === '' ? {} : { initial_value: form.total }),
        },
      },
      ...(isTrial
        ? [
            {
              type: 'input' as const,
              block_id: trialId,
              optional: true,
              label: plain('Trial'),
              element: {
                type: 'checkboxes' as const,
                action_id: trialId,
                options: [end],
                ...(form.endTrial ? { initial_options: [end] } : {}),
              },
            },
          ]
        : []),
    ],
  });
}

export function readLicenceForm(values: ViewValues): LicenceForm {
  return {
    total: values[seatsId]?.[seatsId]?.value ?? '',
    endTrial: (values[trialId]?.[trialId]?.selected_options ?? []).length > 0,
  };
}

export function checkLicenceForm(values: ViewValues): Record<string, string> | null {
  return /^\d{1,7}$/.test(readLicenceForm(values).total)
    ? null
    : { [seatsId]: `Write a whole number from 1 to ${mostSeats.toLocaleString('en-US')}.` };
}

export function licenceSaved({ total, used, isTrial }: Seats, changed: boolean): ModalView {
  return noticeModal(
    'Licence',
    paragraph(
      emoji('white_check_mark'),
      ` ${changed ? 'Saved' : 'It was so already'}: ${count(total, 'seat')}, ${used.toLocaleString('en-US')} of them taken. ${isTrial ? 'The site is on trial.' : 'The site is not on trial.'}`,
    ),
  );
}
