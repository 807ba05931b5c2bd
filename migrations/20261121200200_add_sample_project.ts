import type { Knex } from 'knex';

export const config = { transaction: false };

interface Named {
  readonly id: number;
  readonly name: string;
}

/** The project that every invited person can look around in: requirements in folders, a plan, cases, and one run. */
export async function up(knex: Knex): Promise<void> {
  if (await knex('test_runs').first()) return;
  // A run that was killed in the middle starts over: everything below hangs on the project.
  await knex('projects').where({ is_sample: true }).del();
  const now = new Date();
  await knex('projects').insert({
    name: 'Sample Project',
    name_key: 'sample project',
    is_sample: true,
    created_at: now,
    updated_at: now,
  });
  const { id: projectId } = (await knex('projects').where({ is_sample: true }).first('id')) as Named;

  const folders = { requirements: ['Sign-in', 'Catalogue', 'Checkout'], test_cases: ['Smoke', 'Regression'] };
  for (const [kind, names] of Object.entries(folders)) {
    await knex('folders').insert(names.map((name) => ({ project_id: projectId, kind, name })));
  }
  const stored: Named[] = await knex('folders').where({ project_id: projectId }).select('id', 'name');
  const folder = (name: string) => stored.find((row) => row.name === name)?.id ?? null;

  const requirements: [folder: string, name: string, description: string][] = [
    ['Sign-in', 'A customer signs in with e-mail and password', 'Five wrong passwords lock the form for a minute.'],
    ['Sign-in', 'A customer resets a forgotten password', 'The link in the mail works once and lives for a day.'],
    ['Catalogue', 'A customer finds an article by a part of its name', 'Results appear within a second.'],
    ['Catalogue', 'An article shows its price, tax and stock', 'Prices are shown in the customer’s currency.'],
    ['Checkout', 'A customer pays by card', 'A declined card keeps the basket as it was.'],
    ['Checkout', 'A customer gets a receipt by mail', 'The receipt names every article and the tax.'],
  ];
  await knex('requirements').insert(
    requirements.map(([name, title, description]) => ({
      project_id: projectId,
      folder_id: folder(name),
      name: title,
      description,
    })),
  );

  const cases: [folder: string, name: string, steps: string][] = [
    ['Smoke', 'The start page opens', 'Open the shop.\nThe start page shows within two seconds.'],
    [
      'Smoke',
      'A known customer can sign in',
      'Open Sign in.\nType the address and the password.\nThe name shows at the top.',
    ],
    ['Smoke', 'A search finds an article', 'Type “lamp”.\nAt least one lamp is listed.'],
    ['Smoke', 'An order can be paid', 'Put a lamp into the basket.\nPay with the test card.\nThe order number shows.'],
    ['Regression', 'A declined card keeps the basket', 'Pay with the card that is declined.\nThe basket is unchanged.'],
    ['Regression', 'A reset link works only once', 'Follow the link twice.\nThe second time says that it was used.'],
    ['Regression', 'The receipt names the tax', 'Pay an order.\nOpen the mail.\nThe tax is listed by rate.'],
    ['Regression', 'A search without results says so', 'Type “zzzz”.\nA sentence says that nothing was found.'],
  ];
  await knex('test_cases').insert(
    cases.map(([name, title, steps]) => ({ project_id: projectId, folder_id: folder(name), name: title, steps })),
  );
  await knex('test_plans').insert({
    project_id: projectId,
    name: 'Release 1.0',
    description: 'Smoke before every deployment, regression before the release.',
  });
  const plan = (await knex('test_plans').where({ project_id: projectId }).first('id')) as Named;
  await knex('test_runs').insert({
    project_id: projectId,
    test_plan_id: plan.id,
    name: 'Smoke on staging',
    percent_done: 25,
    created_at: now,
  });
  const run = (await knex('test_runs').where({ project_id: projectId }).first('id')) as Named;
  const storedCases: Named[] = await knex('test_cases')
    .where({ project_id: projectId })
    .orderBy('id')
    .select('id', 'name');
  const statuses: Named[] = await knex('result_statuses').select('id', 'name');
  const status = (name: string) => statuses.find((row) => row.name === name)?.id ?? null;
  await knex('run_cases').insert(
    storedCases.slice(0, 4).map((row, position) => ({
      run_id: run.id,
      test_case_id: row.id,
      position: position + 1,
      title: row.name,
      status_id: status(position === 0 ? 'Passed' : 'Untested'),
      updated_at: now,
    })),
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex('projects').where({ is_sample: true }).del();
}
