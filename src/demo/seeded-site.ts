import type { DemoPerson } from './demo-people';

/** A user of the demo site as it stands in the database, with what the rest of the demo hangs on. */
export interface SeededPerson extends DemoPerson {
  readonly id: number;
  readonly createdAt: Date;
  /** Null for somebody who never accepted. */
  readonly activatedAt: Date | null;
  /** Null for somebody who has not signed in yet. */
  readonly lastLoginAt: Date | null;
  readonly disabledAt: Date | null;
}

/** Ids by name. */
export interface DemoCatalogue {
  readonly projects: ReadonlyMap<string, number>;
  readonly profiles: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
}

/** The id of a name that the demo itself has made. */
export function idOf(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the demo site has nothing named ${name}`);
  return id;
}
