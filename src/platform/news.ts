/** What this process tells itself after a change was committed, so that what people look at can be drawn anew. */
export type News =
  /** Users, seats or invitations changed: the App Home of whoever looks at it is out of date. */
  | { readonly kind: 'users_changed' }
  /** An import was confirmed, continued or stopped: a worker of this process takes it up. */
  | { readonly kind: 'import_confirmed'; readonly importId: number }
  /** An import moved on: its one message is out of date. */
  | {
      readonly kind: 'import_moved';
      readonly importId: number;
      /** How fast its worker is; null while that is not known yet. */
      readonly rowsPerSecond: number | null;
    }
  /** An import ended: its summary and its failing rows are due. Rejects when they could not be delivered. */
  | { readonly kind: 'import_ended'; readonly importId: number }
  /** An approval was asked for, decided or ended: its card is due, or out of date. */
  | { readonly kind: 'approval_changed'; readonly approvalId: number }
  /** An approval was given: what was asked for is to be carried out. */
  | { readonly kind: 'approval_given'; readonly approvalId: number }
  /** A batch was confirmed, or its worker died, maybe before anybody was told how it ended: this process takes it up. */
  | { readonly kind: 'batch_confirmed'; readonly batchId: number };

export type Announce = (news: News) => Promise<void>;
