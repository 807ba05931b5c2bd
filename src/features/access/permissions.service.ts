import type { Context } from '../../platform/context';
import {
  isProjectPermission,
  isSitePermission,
  isViewing,
  type ProjectPermission,
  type SitePermission,
  sitePermissions,
} from './permissions';
import { type HeldRow, selectHeld } from './permissions.store';

/** Everything that somebody may do. */
export interface Permissions {
  /** An active admin: any action in any project, member or not (R02, R03). */
  readonly isAdmin: boolean;
  readonly site: ReadonlySet<SitePermission>;
  /** By project; of an admin those only that they are a member of, for they may do all in every project. */
  readonly projects: ReadonlyMap<
    number,
    {
      readonly projectName: string;
      readonly profileName: string;
      readonly permissions: ReadonlySet<ProjectPermission>;
    }
  >;
}

const nothing: Permissions = { isAdmin: false, site: new Set(), projects: new Map() };

/** @param held undefined for nobody */
function permissionsFrom(held: HeldRow | undefined): Permissions {
  if (!held?.isActive) return nothing;
  const { isAdmin, groups, projects } = held;
  const site = isAdmin ? (Object.keys(sitePermissions) as SitePermission[]) : groups.flat().filter(isSitePermission);
  return {
    isAdmin,
    site: new Set(site),
    projects: new Map(
      projects.map(({ projectId, projectName, profileName, isReadOnly, permissions }) => {
        const known = permissions.filter(isProjectPermission);
        // Read Only lets its holders view, whatever else is stored with it (R46).
        return [
          projectId,
          { projectName, profileName, permissions: new Set(isReadOnly ? known.filter(isViewing) : known) },
        ];
      }),
    ),
  };
}

/**
 * What these people may do, as it is now, in their order: site permissions from their groups, permissions in each project
 * from their profile there. Whoever is not active may do nothing. One query, nothing else.
 * @param userIds a hundred at most
 */
export async function permissionsOfEach(ctx: Context, userIds: readonly number[]): Promise<Permissions[]> {
  const held = await selectHeld(ctx.db, [...new Set(userIds)]);
  return userIds.map((id) => permissionsFrom(held.get(id)));
}

/** The same for one person. */
export async function permissionsOf(ctx: Context, userId: number): Promise<Permissions> {
  return permissionsFrom((await selectHeld(ctx.db, [userId])).get(userId));
}

/**
 * The one answer to "may this user do that (in this project)". Admins always may; invited and disabled people never.
 * @param projectId needed for a permission that profiles give; not asked for one that groups give
 */
export async function may(ctx: Context, userId: number, permission: SitePermission): Promise<boolean>;
export async function may(
  ctx: Context,
  userId: number,
  permission: ProjectPermission,
  projectId: number,
): Promise<boolean>;
export async function may(
  ctx: Context,
  userId: number,
  permission: SitePermission | ProjectPermission,
  projectId?: number,
): Promise<boolean> {
  const held = await permissionsOf(ctx, userId);
  if (held.isAdmin) return true;
  if (isSitePermission(permission)) return held.site.has(permission);
  return projectId !== undefined && held.projects.get(projectId)?.permissions.has(permission) === true;
}
