import type { Context } from '../../platform/context';
import { type Catalogue, groupsOf, membershipsOf } from '../access/access.service';
import type { PeopleFacts } from './access-changes';

/** What a batch needs to know about these people, beside the catalogue; so many as are handled at once. */
export async function readPeopleFacts(
  ctx: Context,
  userIds: readonly number[],
  catalogue: Catalogue,
): Promise<PeopleFacts> {
  const groups = await groupsOf(ctx, userIds);
  return {
    catalogue,
    memberships: await membershipsOf(ctx, userIds),
    groupIds: new Map([...groups].map(([id, members]) => [id, members.map(({ groupId }) => groupId)])),
  };
}
