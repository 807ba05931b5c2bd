import { oneLine, shorten } from '../../../lib/plain-text';

/** What a page says to somebody whom SSO did not sign in. */
export interface SsoWords {
  readonly heading: string;
  readonly sentence: string;
}

// A provider can tell a name of any length.
const longestShown = 100;

const askAgain = 'If this goes on, tell one of your admins.';

export const ssoText = {
  tryAgain: 'Try again',
  otherAccount: 'Use another account',
  byPassword: 'Sign in with a password',
  otherWay: 'Sign in another way',
};

/** SSO is switched off for the site. */
export const ssoOff: SsoWords = {
  heading: 'SSO is switched off here',
  sentence:
    'Nobody can sign in by SSO right now. If you have a password here, sign in with it; if not, ask one of your admins.',
};

/** SSO is switched on for the site, and the program was not told which provider to ask. */
export const ssoNotSetUp: SsoWords = {
  heading: 'SSO is not set up here',
  sentence:
    'Nobody can sign in by SSO before whoever runs Usher has set it up. If you have a password here, sign in with it; if not, ask one of your admins.',
};

export const ssoUnavailable: SsoWords = {
  heading: 'SSO does not answer',
  sentence: `We could not ask the service by which your company signs people in, so you are not signed in. Please try again in a minute. ${askAgain}`,
};

/** The browser came back with what it did not begin, or began too long ago. */
export const ssoStale: SsoWords = {
  heading: 'Please sign in again',
  sentence:
    'This browser has no such sign-in under way: more than ten minutes have passed, it was finished before, or this site’s cookies are not allowed. You are not signed in by it.',
};

export const ssoDeclined: SsoWords = {
  heading: 'You are not signed in',
  sentence:
    'The service by which your company signs people in says that you cancelled, or that it does not let you in here. If you did not cancel, ask one of your admins.',
};

export const ssoRefused: SsoWords = {
  heading: 'We could not be sure who you are',
  sentence: `What your company’s sign-in told us did not stand up to our checks, or was told before. You are not signed in. Please try again. ${askAgain}`,
};

export function ssoNameless(claim: string): SsoWords {
  return {
    heading: 'We were not told your name',
    sentence: `Your company signed you in, and did not tell us your SSO username, which should be in “${claim}”. Ask one of your admins; whoever runs Usher can set this right.`,
  };
}

/** The name is the person's own, so they may know it. */
export function ssoUnknown(username: string): SsoWords {
  return {
    heading: 'You have no account here',
    sentence: `Nobody here has the SSO username “${shorten(oneLine(username), longestShown)}”. Ask one of your admins for an account, or to add this username to yours.`,
  };
}

export const ssoDisabled: SsoWords = {
  heading: 'Your account is disabled',
  sentence:
    'Your company signed you in, but your account here is disabled. If you need access, ask one of your admins.',
};

export const ssoInvited: SsoWords = {
  heading: 'Your account is not active yet',
  sentence: 'Open the link in your invitation first. If it does not work any more, ask the admin who invited you.',
};

export const ssoOtherSystem: SsoWords = {
  heading: 'Your account does not use SSO',
  sentence:
    'You have an account here, and you sign in to it with your e-mail address and a password. Ask one of your admins if that should be SSO.',
};
