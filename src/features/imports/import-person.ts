import type { Actor } from '../../platform/context';
import type { StoredImport } from './imports.store';
import type { ImportPerson } from './imports.types';

/** Somebody who decides on an import, as they are now. */
export function personOf(actor: Actor): ImportPerson {
  switch (actor.kind) {
    case 'user':
      return { userId: actor.userId, label: actor.email, slackId: actor.slackId };
    case 'system':
      return { userId: null, label: actor.name, slackId: null };
    case 'operator':
      return { userId: null, label: 'operator', slackId: null };
  }
}

/** Whoever confirmed an import acts in it, also after a restart. */
export function confirmingActor({ decidedBy }: Pick<StoredImport, 'decidedBy'>): Actor {
  if (decidedBy?.userId) {
    return { kind: 'user', userId: decidedBy.userId, email: decidedBy.label, slackId: decidedBy.slackId };
  }
  return decidedBy?.label === 'operator' ? { kind: 'operator' } : { kind: 'system', name: 'import' };
}

/** True where whoever confirmed an import was deleted, which leaves their label behind; the operator never was a user. */
export const isConfirmerGone = ({ decidedBy }: Pick<StoredImport, 'decidedBy'>): boolean =>
  decidedBy?.userId === null && decidedBy.label !== 'operator';
