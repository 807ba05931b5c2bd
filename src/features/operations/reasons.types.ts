/** Why an operation ended for somebody as it did: the short words of its results, and what each means. */
const reasonWords: Readonly<Record<string, string>> = {
  active: 'active already',
  invited: 'still invited; becomes active by following the link in the mail',
  disabled: 'disabled',
  already_invited: 'invited before and has not accepted yet',
  yourself: 'nobody does this to themselves',
  last_admin: 'the site needs one active admin',
  deleted: 'deleted meanwhile',
  not_invited: 'only invited people can be sent an invitation',
  external: 'signs in by LDAP or SSO and has no password here',
  reset_invited: 'still invited; send the invitation again instead',
  reset_disabled: 'disabled; activate first',
  seats: 'no seat was free any more',
  invited_again: 'never accepted before, so invited again with a new link',
  to_sso: 'signs in by SSO now',
  to_password: 'signs in by the password of before now',
  without_password: 'internal now, and needs a reset link to get in',
  without_password_name_taken:
    'internal now, because somebody else has the LDAP username as SSO username; needs a reset link to get in',
  left_inactive: 'internal now',
  ldap_name_cleared: 'LDAP username cleared',
  ldap_name_reused: 'LDAP username is the SSO username now',
  not_admin: 'you are no active admin any more',
};

/** A reason in words: the known ones from here, anything else is a sentence already. */
export function reasonText(reason: string): string {
  return reasonWords[reason] ?? reason;
}
