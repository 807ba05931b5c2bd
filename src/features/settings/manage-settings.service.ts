import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { recordAudit } from '../audit/audit.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { requireAdmin } from '../users/users.service';
import { setting, storeSetting } from './settings.service';
import { auditNames, type FormSetting, type FormSettings } from './settings.types';

/** These settings as they are, for a form. @throws AppError `not_admin` */
export async function showSettings(ctx: Context, names: readonly FormSetting[]): Promise<FormSettings> {
  await requireAdmin(ctx);
  return read(ctx, names);
}

async function read(ctx: Context, names: readonly FormSetting[]): Promise<FormSettings> {
  const values: Partial<Record<FormSetting, unknown>> = {};
  for (const name of names) values[name] = await setting(ctx, name);
  return values as FormSettings;
}

const inWords = (values: FormSettings, names: readonly FormSetting[]) =>
  Object.fromEntries(names.map((name) => [auditNames[name], values[name] ?? 'off']));

/**
 * Saves what a form holds (R86, R87): all of it, or nothing.
 * @param seen what the form showed when it was opened
 * @param wanted a value for each name in `seen`, each within its range
 * @returns `stale` where somebody changed one of them meanwhile; nothing was written then. `now` is what holds
 * @throws AppError `not_admin`; `conflict` for a repeated request
 */
export async function changeSettings(
  ctx: Context,
  seen: FormSettings,
  wanted: FormSettings,
  requestId: string,
): Promise<{ readonly kind: 'done' | 'unchanged' | 'stale'; readonly now: FormSettings }> {
  const names = Object.keys(auditNames).filter((name): name is FormSetting => name in seen);
  return inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'settings.change', requestId, wanted);
    await finishOperation(tx, operationId, []);
    const before = await read(tx, names);
    if (names.some((name) => before[name] !== seen[name])) return { kind: 'stale', now: before };
    const changed = names.filter((name) => wanted[name] !== before[name]);
    if (changed.length === 0) return { kind: 'unchanged', now: before };
    for (const name of changed) await storeSetting(tx, name, wanted[name] as never);
    await recordAudit(tx, [
      {
        action: 'settings.changed',
        subjectType: 'setting',
        subjectId: null,
        subjectLabel: 'the site',
        before: inWords(before, changed),
        after: inWords(wanted, changed),
        operationId,
      },
    ]);
    return { kind: 'done', now: { ...before, ...wanted } };
  });
}
