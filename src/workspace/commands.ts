import type { Conversation } from './conversations';
import type { Core } from './core';
import { isJsonObject } from './json';
import type { Person } from './people';
import { applyResponse } from './responses';
import { channelName } from './slack-objects';
import { giveNotice } from './standing';
import { linkTypedText } from './typed-text';

const noCommand =
  'In Slack, all messages that start with the "/" character are interpreted as commands. If you want to send a message ' +
  'and not run a command, try preceding the "/" with an empty space.';

function isNothing(body: unknown): boolean {
  return body === undefined || body === '' || (isJsonObject(body) && Object.keys(body).length === 0);
}

/** Runs what a person typed, `/users list`; resolves once the app acknowledged it or the person has been told why not. */
export async function runCommand(core: Core, person: Person, conversation: Conversation, typed: string): Promise<void> {
  const [, name = '', rest = ''] = /^(\/\S*)\s*([\s\S]*)$/.exec(typed) ?? [];
  const command = core.manifest.commands.find((one) => one.command === name.toLowerCase());
  if (!command || !core.manifest.botScopes.has('commands')) {
    giveNotice(core, person, conversation, `${name} is not a valid command. ${noCommand}`);
    return;
  }
  const target = { personId: person.id, conversationId: conversation.id, messageTs: null };
  const trimmed = rest.trim();
  const escaped = trimmed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const { people, conversations } = core;
  const answer = await core.courier.deliver({
    kind: 'command',
    name: command.command,
    payload: {
      token: core.app.verificationToken,
      team_id: person.team.id,
      team_domain: person.team.domain,
      channel_id: conversation.id,
      channel_name: channelName(conversation),
      user_id: person.id,
      user_name: person.name,
      command: command.command,
      text: command.shouldEscape ? linkTypedText(trimmed, { people, conversations, withNames: true }) : escaped,
      api_app_id: core.app.id,
      is_enterprise_install: 'false',
      ...(person.team.enterprise
        ? { enterprise_id: person.team.enterprise.id, enterprise_name: person.team.enterprise.name }
        : {}),
      response_url: `${core.origin()}${core.responseUrls.issue('commands', core.team.id, target)}`,
      trigger_id: core.triggers.issue(person.id, null),
    },
  });
  if (answer.outcome === 'operation_timeout') {
    giveNotice(core, person, conversation, `${name} failed because the app did not respond (operation_timeout).`);
  } else if (answer.outcome === 'dispatch_failed') {
    const text = `${name} failed with the error "dispatch_failed"`;
    giveNotice(
      core,
      person,
      conversation,
      answer.status === null ? `${name} failed because the app did not respond.` : text,
    );
  } else if (!isNothing(answer.body)) {
    const refusal = applyResponse(core, target, answer.body);
    if (!refusal) return;
    core.log.complain({ about: `the answer to ${name}: ${refusal.error}`, messages: refusal.messages });
    giveNotice(core, person, conversation, `${name} failed with the error "${refusal.error}"`);
  }
}
