import { second } from '../../lib/duration';
import type { Context } from '../context';
import { AppError } from '../errors';
import type { SlackGateway } from './gateway';

/** What Slack says of an account that may act here. */
export interface SlackAccountFacts {
  readonly teamId: string;
  readonly slackUserId: string;
  readonly email: string;
}

const keep = 15 * second;
const mostKept = 2000;

const refused = (sentence: string) => new AppError('slack_account_refused', `${sentence} Nothing was changed.`, {});

/**
 * Reads accounts from Slack, keeping each for a few seconds.
 * @param ownTeam the id of the workspace that Usher serves
 */
export function createAccountReader(gateway: SlackGateway, ownTeam: () => Promise<string>) {
  async function readUser(slackUserId: string) {
    try {
      return (await gateway.client.users.info({ user: slackUserId })).user;
    } catch (error) {
      const reason = (error as { data?: { error?: string } }).data?.error;
      if (reason === 'user_not_found' || reason === 'user_not_visible')
        throw refused('Slack does not show this account to Usher.');
      throw error;
    }
  }

  const kept = new Map<string, { readonly until: number; readonly account: SlackAccountFacts }>();

  /**
   * The account behind a Slack user id.
   * @throws AppError `slack_account_refused` for guests, bots, deleted and external accounts, and those without an e-mail
   */
  return async function readAccount(ctx: Context, slackUserId: string): Promise<SlackAccountFacts> {
    const now = ctx.clock.now().getTime();
    const known = kept.get(slackUserId);
    if (known && known.until > now) return known.account;
    kept.delete(slackUserId);
    const [user, teamId] = await Promise.all([readUser(slackUserId), ownTeam()]);
    if (!user || user.deleted) throw refused('This Slack account has been deactivated.');
    if (user.is_bot || user.id === 'USLACKBOT') throw refused('Apps and bots cannot administer users.');
    if (user.is_stranger || user.team_id !== teamId) {
      throw refused(
        'Your Slack account belongs to another organisation. Only members of this workspace can use Usher.',
      );
    }
    if (user.is_restricted || user.is_ultra_restricted)
      throw refused('Guests of this workspace cannot use Usher. Ask a member of the workspace.');
    const email = user.profile?.email?.trim();
    if (!email)
      throw refused(
        'Slack does not tell the e-mail of your account, so Usher cannot tell who you are. Add one to your Slack profile.',
      );
    const account = { teamId, slackUserId, email };
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
    kept.set(slackUserId, { until: now + keep, account });
    return account;
  };
}
