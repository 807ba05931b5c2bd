import type { RespondFn } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { SlackMessage } from './blocks';

/** Answers over a response_url; `replace` puts the message in place of the one that was clicked. */
export function respondWith(respond: RespondFn): (message: SlackMessage, replace?: boolean) => Promise<void> {
  return async ({ text, blocks }, replace = false) => {
    await respond({
      response_type: 'ephemeral',
      replace_original: replace,
      text,
      blocks: [...blocks] as KnownBlock[],
      mrkdwn: false,
      unfurl_links: false,
    });
  };
}
