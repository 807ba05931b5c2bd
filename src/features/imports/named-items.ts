import { orderOf } from '../../lib/order-of';
import type { Catalogue } from '../access/access.service';
import type { NamedItems } from './row-plan.types';

const byId = <Item extends { readonly id: number }>(items: readonly Item[]) =>
  new Map(items.map((item) => [item.id, item]));

function inOrder<Item extends { readonly id: number }>(items: readonly Item[]): (ids: Iterable<number>) => Item[] {
  const sorted = orderOf(items);
  const known = byId(items);
  return (ids) => {
    const found: Item[] = [];
    for (const id of ids) {
      const item = known.get(id);
      if (item !== undefined) found.push(item);
    }
    return found.length > 1 ? sorted(found, ({ id }) => id) : found;
  };
}

/** Makes looking up what ids stand for cost the same however much there is. */
export function nameItems({ profiles, groups, projects }: Catalogue): NamedItems {
  const profileById = byId(profiles);
  return {
    profile: (id) => (id === null || id === undefined ? undefined : profileById.get(id)),
    groups: inOrder(groups),
    projects: inOrder(projects),
    sample: projects.find(({ isSample }) => isSample),
  };
}
