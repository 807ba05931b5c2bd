import type { Knex } from 'knex';

/** Imports from before their outcomes were counted as they go, and before rows carried what they are compared by. */
export async function up(knex: Knex): Promise<void> {
  // What two rows of a file have in common cannot be told of these any more.
  await knex('imports').where({ state: 'preview' }).update({ state: 'expired' });
  const counted: { import_id: number; outcome: string; total: number }[] = await knex('import_rows')
    .whereNotNull('outcome')
    .groupBy('import_id', 'outcome')
    .select('import_id', 'outcome')
    .count({ total: '*' });
  const outcomes = new Map<number, Record<string, number>>();
  for (const { import_id: id, outcome, total } of counted) {
    const counts = outcomes.get(id) ?? { invited: 0, updated: 0, unchanged: 0, failed: 0 };
    counts[outcome] = Number(total);
    outcomes.set(id, counts);
  }
  for (const [id, counts] of outcomes) {
    await knex('imports')
      .where({ id })
      .whereNull('outcomes')
      .update({ outcomes: JSON.stringify(counts) });
  }
}

export async function down(): Promise<void> {
  // What was counted stays true.
}
