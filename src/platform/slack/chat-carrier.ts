import type { KnownBlock } from '@slack/types';
import type { SlackConfig } from '../../config';
import { DeliveryFailed, type OutgoingChat } from '../mail/delivery.types';
import type { SlackGateway } from './gateway';

// What no second try can mend; all else (rate limits, outages, time-outs) may pass.
const permanent = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'invalid_blocks',
  'msg_too_long',
  'msg_blocks_too_long',
  'no_text',
  'user_disabled',
  'cannot_dm_bot',
]);
const alarms = new Set(['invalid_auth', 'account_inactive', 'token_revoked', 'missing_scope', 'not_authed']);

/** Posts what waits in the outbox for Slack. False: the person is not in the workspace, or no admin channel is set. */
export function createChatCarrier(gateway: SlackGateway, config: SlackConfig) {
  return async function postChat(chat: OutgoingChat): Promise<boolean> {
    try {
      const conversationId = await conversationOf(chat.recipient);
      if (conversationId === null) return false;
      await gateway.post(conversationId, { text: chat.text, blocks: (chat.blocks ?? []) as readonly KnownBlock[] });
      return true;
    } catch (error) {
      const reason =
        (error as { data?: { error?: string } }).data?.error ?? (error as { code?: string }).code ?? 'no answer';
      throw new DeliveryFailed(
        `Slack: ${reason}`,
        permanent.has(reason) ? 'permanent' : alarms.has(reason) ? 'alarm' : 'transient',
      );
    }
  };

  async function conversationOf(recipient: string): Promise<string | null> {
    if (recipient === 'admin-channel') return config.adminChannel;
    if (!recipient.startsWith('person:')) return recipient;
    try {
      const { user } = await gateway.client.users.lookupByEmail({ email: recipient.slice('person:'.length) });
      if (!user?.id || user.deleted || user.is_bot || user.is_restricted || user.is_ultra_restricted) return null;
      return await gateway.directConversation(user.id);
    } catch (error) {
      if ((error as { data?: { error?: string } }).data?.error === 'users_not_found') return null;
      throw error;
    }
  }
}
