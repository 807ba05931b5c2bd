import { count } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  code,
  emoji,
  header,
  list,
  message,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import { displayName } from '../users/users.types';
import type { Seats } from './licences.service';
import type { LicenceOverview } from './manage-licence.service';

const number = (value: number) => value.toLocaleString('en-US');

/** What the next invitation meets. */
function hint({ total, used, isTrial }: Seats): string {
  const free = Math.max(0, total - used);
  if (free > 0) return `${count(free, 'more person', 'more people')} can be invited or activated.`;
  const raise = isTrial ? 'contact us to end the trial or to get more seats' : 'contact us to get more seats';
  return `No seat is free: the next invitation is refused. Disable somebody, or ${raise}.`;
}

/** `/usher licence`: the seats and who holds them. */
export function licenceOverviewMessage(overview: LicenceOverview): SlackMessage {
  const { seats, counts, readOnly, readOnlyHolders, projects } = overview;
  const free = Math.max(0, seats.total - seats.used);
  const unlisted = readOnly - readOnlyHolders.length;
  const title = `${number(seats.used)} of ${count(seats.total, 'seat')} taken`;
  return message(
    title,
    header(title),
    paragraph(`${seats.isTrial ? 'This is a trial. ' : ''}${number(free)} free. ${hint(seats)}`),
    paragraph(
      bold('Who holds them'),
      `\n${number(counts.active)} active · ${number(counts.invited)} invited · of both, ${number(readOnly)} read-only` +
        `\n${count(counts.disabled, 'disabled person holds', 'disabled people hold')} none`,
    ),
    ...(projects.length === 0
      ? []
      : [
          paragraph(bold('By project'), projects.length === 10 ? '  the ten with the most people' : ''),
          list(
            projects.map((project) => [
              project.name,
              `  ${count(project.seats, 'seat')}${project.readOnly > 0 ? `, of which ${number(project.readOnly)} read-only` : ''}`,
            ]),
          ),
        ]),
    ...(readOnlyHolders.length === 0
      ? []
      : [
          paragraph(bold('Read-only'), '  in every project they are in'),
          list([
            ...readOnlyHolders.map((person) => [`${displayName(person)} (${person.email})`]),
            ...(unlisted > 0 ? [[`and ${number(unlisted)} more`]] : []),
          ]),
        ]),
    buttons('licence-overview-buttons', button({ actionId: 'change-licence', text: 'Change the number of seats' })),
  );
}

/** For the admin channel, when nine tenths of the seats are taken. */
export function seatsWarning(used: number, total: number): SlackMessage {
  const free = Math.max(0, total - used);
  const sentence =
    `${number(used)} of ${count(total, 'seat')} are taken, ` +
    `${free === 0 ? 'so the next invitation is refused' : `${number(free)} ${free === 1 ? 'is' : 'are'} free`}. ` +
    'Disable who no longer needs a seat, or get more.';
  return message(
    sentence,
    paragraph(emoji('warning'), ` ${sentence} `, code('/usher licence'), ' shows who holds them.'),
  );
}
