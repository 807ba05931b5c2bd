/** For whoever signs in while nobody can tell whether their password is right. */
export const directorySilent =
  'Your company’s directory, which knows your password, cannot be asked right now, so we could not check it. ' +
  'Please try again in a minute. If this goes on, tell one of your admins.';
