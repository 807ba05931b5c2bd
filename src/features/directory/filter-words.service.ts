import { didYouMean } from '../../lib/did-you-mean';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { lookUpAll, readCatalogue } from '../access/access.service';
import { parseStatus, statusNames, type UserFilter, type UserStatus } from '../users/users.types';

/** A filter in the words an admin types. */
export interface FilterWords {
  readonly statuses: readonly UserStatus[];
  readonly project: string | null;
  readonly group: string | null;
  readonly text: string;
}

/** The statuses that words name, each once; `all` names every one. @throws AppError `invalid_input` with "did you mean" */
export function parseStatuses(words: readonly string[]): UserStatus[] {
  const statuses = words.flatMap((word): UserStatus[] => {
    if (/^(all|any|everyone)$/i.test(word)) return ['invited', 'active', 'disabled'];
    const status = parseStatus(word);
    if (status !== null) return [status];
    const meant = didYouMean(word, statusNames);
    throw invalidInput(
      `There is no status “${word}”.${meant ? ` Did you mean “${meant}”?` : ''} The statuses are invited, active and disabled.`,
      'status',
    );
  });
  return [...new Set(statuses)];
}

/**
 * The users that a filter in words describes. Disabled ones are left out unless a status names them.
 * @throws AppError `invalid_input` with "did you mean" for a project or group that does not exist
 */
export async function filterOf(ctx: Context, words: FilterWords): Promise<UserFilter> {
  const catalogue = words.project === null && words.group === null ? null : await readCatalogue(ctx);
  const project =
    catalogue && words.project !== null ? lookUpAll('Project', catalogue.projects, [words.project])[0] : undefined;
  const group = catalogue && words.group !== null ? lookUpAll('Group', catalogue.groups, [words.group])[0] : undefined;
  return {
    ...(words.statuses.length > 0 ? { statuses: words.statuses } : {}),
    ...(project ? { projectId: project.id } : {}),
    ...(group ? { groupId: group.id } : {}),
    text: words.text,
  };
}
