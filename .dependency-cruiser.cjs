/** Which way imports may go (docs/adr/0001). `npm run check` reads it through .ci/check-imports.mjs. */

const edge = '\\.(commands|modals|pages|routes|home)\\.tsx?$';
const anyOfOurs = '^(src|jobs|migrations|test)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'edges-read-no-store',
      comment: 'A command, modal, page or route calls its service and says the result; it reads and writes no tables.',
      severity: 'error',
      from: { path: `^src/features/.+${edge}` },
      to: { path: ['\\.store\\.ts$', '^src/platform/db/(database|dialect|migrate)\\.ts$', '^node_modules/knex/'] },
    },
    {
      name: 'nothing-below-calls-an-edge',
      comment: 'Services, stores and texts do not know who asks.',
      severity: 'error',
      from: { path: '^src/features/.+\\.(service|store|types|text|mail)\\.tsx?$' },
      to: { path: edge },
    },
    {
      name: 'services-know-no-transport',
      comment: 'A service works the same for Slack, the web, a job and the command line.',
      severity: 'error',
      from: { path: '^src/features/.+\\.service\\.ts$' },
      to: { path: '^src/platform/(slack|http)/' },
    },
    {
      name: 'stores-are-private',
      comment: 'Another feature’s tables are reached through its service.',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/.+\\.store\\.ts$', pathNot: '^src/features/$1/' },
    },
    {
      name: 'services-meet-at-services',
      comment: 'Of another feature, a service uses the service and the types.',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/.+\\.service\\.ts$' },
      to: { path: '^src/features/', pathNot: ['^src/features/$1/', '\\.(service|types)\\.ts$'] },
    },
    {
      name: 'stores-stand-on-the-database',
      comment: 'A store knows the database, pure helpers, the types it returns and the rows it reads them from.',
      severity: 'error',
      from: { path: '^src/features/.+\\.store\\.ts$' },
      to: { path: anyOfOurs, pathNot: ['^src/platform/db/', '^src/lib/', '^src/features/.+\\.(types|row)\\.ts$'] },
    },
    {
      name: 'platform-knows-no-feature',
      comment: 'Any feature stands on the platform, never the other way round.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: ['^src/(features|workspace)/', '^src/(main|app|site)\\.ts$', '^src/command-line/', '^(jobs|test)/'] },
    },
    {
      name: 'the-command-line-is-an-edge',
      comment:
        'A command of the operator’s reads what was typed, calls a service and says the result, as those in Slack do.',
      severity: 'error',
      from: { path: '^src/command-line/' },
      to: {
        path: ['^src/workspace/', '^src/(main|app|edges)\\.ts$', edge, '\\.store\\.ts$', '^node_modules/knex/'],
      },
    },
    {
      name: 'nobody-calls-the-command-line',
      comment: 'It is a program of its own, beside the server.',
      severity: 'error',
      from: { pathNot: ['^src/command-line/', '^test/'] },
      to: { path: '^src/command-line/' },
    },
    {
      name: 'jobs-call-services',
      comment: 'A job is data plus one call.',
      severity: 'error',
      from: { path: '^jobs/' },
      to: {
        path: anyOfOurs,
        pathNot: [
          '^jobs/',
          '^src/features/.+\\.(service|types)\\.ts$',
          '^src/platform/scheduler/',
          '^src/platform/mail/dispatcher\\.ts$',
          '^src/platform/context\\.ts$',
          '^src/lib/',
        ],
      },
    },
    {
      name: 'lib-is-pure',
      comment: 'Helpers in src/lib import nothing of ours.',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: anyOfOurs, pathNot: '^src/lib/' },
    },
    {
      name: 'config-comes-first',
      comment: 'Settings are read before anything else of ours is there.',
      severity: 'error',
      from: { path: ['^src/config\\.ts$', '^src/[a-z]+-config\\.ts$'] },
      to: { path: anyOfOurs, pathNot: '^src/(lib/|[a-z]+-config\\.ts$)' },
    },
    {
      name: 'workspace-is-a-stand-in',
      comment: 'The local workspace takes Slack’s place; the bot must not be able to tell.',
      severity: 'error',
      from: { pathNot: ['^src/workspace/', '^src/demo/', '^src/main\\.ts$', '^test/'] },
      to: { path: '^src/workspace/' },
    },
    {
      name: 'workspace-knows-no-feature',
      comment: 'Any Bolt app may be pointed at the local workspace.',
      severity: 'error',
      from: { path: '^src/workspace/' },
      to: { path: ['^src/features/', '^src/platform/(db|mail|scheduler|slack)/', '^jobs/'] },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A migration must do next year what it did when it was written.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: anyOfOurs },
    },
    {
      name: 'features-form-no-circle',
      comment: 'Two features that need each other are one feature, or miss a third.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/features/[^/]+$' },
      to: { circular: true, path: '^src/features/[^/]+$' },
    },
    {
      name: 'files-form-no-circle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'program-needs-no-test-code',
      severity: 'error',
      from: { path: '^(src|jobs|migrations)/' },
      to: { path: '^test/' },
    },
    {
      name: 'program-needs-no-development-package',
      comment: 'It would be missing where only what runs is installed.',
      severity: 'error',
      from: { path: '^(src|jobs|migrations)/', pathNot: '^src/workspace/page/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'imports-lead-somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.css$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|data)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.cjs', '.json'] },
  },
};
