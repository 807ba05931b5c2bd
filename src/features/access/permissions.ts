/** What a profile lets its holder do in a project; the rights to look come first. */
export const projectPermissions = {
  view_requirements: 'View requirements',
  view_test_cases: 'View test cases',
  view_test_runs: 'View test runs',
  view_reports: 'View reports',
  edit_requirements: 'Edit requirements',
  edit_test_plans: 'Edit test plans',
  edit_test_cases: 'Edit test cases',
  run_tests: 'Run tests and enter results',
  assign_tests: 'Assign tests to people',
  log_defects: 'Log defects',
  delete_items: 'Delete items',
  manage_project: 'Manage the project',
} as const satisfies Readonly<Record<string, string>>;
export type ProjectPermission = keyof typeof projectPermissions;

/** What a group lets its members do on the site; never the privilege of an admin (A17). */
export const sitePermissions = {
  view_users: 'View users',
  export_users: 'Export users',
  view_site_reports: 'View reports across projects',
  create_projects: 'Create projects',
  manage_templates: 'Manage shared templates',
} as const satisfies Readonly<Record<string, string>>;
export type SitePermission = keyof typeof sitePermissions;

export function isProjectPermission(name: string): name is ProjectPermission {
  return Object.hasOwn(projectPermissions, name);
}

export function isSitePermission(name: string): name is SitePermission {
  return Object.hasOwn(sitePermissions, name);
}

/** Looks at things and changes none: all that a Read Only holder may do (R43, R46). */
export function isViewing(permission: ProjectPermission): boolean {
  return permission.startsWith('view_');
}
