import type { Catalogue } from '../access/access.service';
import type { NamedItems } from './row-plan.types';

/** Items by their ids, in the order of the list: a site may have thousands of projects, and a row names a few. */
function inOrder<Item extends { readonly id: number }>(items: readonly Item[]): (ids: Iterable<number>) => Item[] {
  const places = new Map(items.map(({ id }, place) => [id, place]));
  return (ids) => {
    const found: number[] = [];
    for (const id of ids) {
      const place = places.get(id);
      if (place !== undefined) found.push(place);
    }
    if (found.length > 1) found.sort((one, other) => one - other);
    return found.map((place) => items[place] as Item);
  };
}

/** Makes looking up what ids stand for cost the same however much there is. */
export function nameItems({ profiles, groups, projects }: Catalogue): NamedItems {
  const profileById = new Map(profiles.map((profile) => [profile.id, profile]));
  return {
    profile: (id) => (id === null || id === undefined ? undefined : profileById.get(id)),
    groups: inOrder(groups),
    projects: inOrder(projects),
    sample: projects.find(({ isSample }) => isSample),
  };
}
