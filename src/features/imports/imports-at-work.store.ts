import type { Knex } from 'knex';

export async function countRunning(db: Knex): Promise<number> {
  const row = (await db('imports')
    .whereIn('state', ['running', 'paused', 'reporting'])
    .count({ total: '*' })
    .first()) as {
    total: number;
  };
  return Number(row.total);
}
