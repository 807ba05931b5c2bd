/** One line of the audit trail as it is read. */
export interface TrailEvent {
  readonly id: number;
  readonly at: Date;
  readonly action: string;
  readonly actorLabel: string;
  /** `TEAM/USER` where the person acted from Slack. */
  readonly actorSlackId: string | null;
  readonly subjectType: string;
  readonly subjectLabel: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly operationId: number | null;
}

/** What a trail is narrowed to, in the words an admin types; null and empty narrow nothing. */
export interface TrailWords {
  /** The address of who did it, or the name of a job. */
  readonly who: string | null;
  /** A word of what was done: `disabled`, `import`. */
  readonly what: string | null;
  /** The address of the person, or the name of the thing, it was done to. */
  readonly about: string | null;
  /** A day of the site's time zone: `2026-11-01`. */
  readonly since: string | null;
  readonly text: string;
}

/** The same, looked up. */
export interface TrailFilter {
  readonly actorUserId?: number;
  readonly actorLabels?: readonly string[];
  readonly actions?: readonly string[];
  readonly subjectLabels?: readonly string[];
  readonly since?: Date;
  readonly text?: string;
}

/** Where a page begins: below or above an event. Ids only grow, so a page stays what it was while others write. */
export type TrailPlace = { readonly older: number } | { readonly newer: number } | null;

export interface TrailPage {
  /** Newest first. */
  readonly events: readonly TrailEvent[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}
