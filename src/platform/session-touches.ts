/** When this process last heard of which session; see docs/adr/0026-sessions.md. */
export interface SessionTouches {
  /** A request of this session came. Costs nothing but memory: it is written with others, a few seconds later. */
  note(sessionId: number, at: Date): void;
  /** What was noted and may not be written yet; null when there is nothing. */
  latest(sessionId: number): Date | null;
  /** Writes what was noted up to now. What could not be written stays noted; nothing is thrown. */
  flush(): Promise<void>;
}
