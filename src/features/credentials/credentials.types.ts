import { SecretText } from '../../lib/secret-text';

/** What a link in a mail lets its reader do. */
export type LinkPurpose = 'activation' | 'reset';

/** `open` until something ends it; a link past its time is void even while it is still stored as `open`. */
export type LinkState = 'open' | 'used' | 'replaced' | 'expired' | 'disabled' | 'deleted';

/** A link as it is stored. Its token is not: that is derived from these facts and the site's secret. */
export interface Link {
  readonly id: number;
  /** Null once the user was deleted. */
  readonly userId: number | null;
  readonly purpose: LinkPurpose;
  readonly nonce: string;
  readonly state: LinkState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What of a link its token is made of. */
export type LinkKey = Pick<Link, 'id' | 'purpose' | 'nonce'>;

/** The person whom a link belongs to, as far as the link's page and mail need to know them. */
export interface LinkOwner {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: 'invited' | 'active' | 'disabled';
  readonly hasPassword: boolean;
}

/** An address that opens an account. */
export class SecretUrl extends SecretText {}
