import type { Context } from '../context';

/** By which way a message leaves: as a mail, or as a message in Slack. */
export type MessageKind = 'mail' | 'chat';

/** A message to be sent, as it is written beside the change that causes it. It never holds a token or a link. */
export interface OutboxMessage {
  readonly kind: MessageKind;
  /** Name of the template that makes the words when it is sent. */
  readonly template: string;
  /** Mail: the address. Chat: `admin-channel`, a channel id, or `person:EMAIL`. */
  readonly recipient: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** A second message with the same key is not written; also the stable part of the Message-ID. At most 190 characters. */
  readonly dedupKey: string;
  /** Not before this moment; at once when left out. */
  readonly runAt?: Date;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface RenderedChat {
  /** mrkdwn, already escaped; what a notification shows. */
  readonly text: string;
  readonly blocks?: readonly unknown[];
}

/** Makes the words of one kind of message. Null: it is no longer to be sent (its link was replaced, say). */
export interface MailTemplate {
  readonly kind: 'mail';
  readonly name: string;
  render(ctx: Context, payload: Readonly<Record<string, unknown>>): Promise<RenderedMail | null>;
}
export interface ChatTemplate {
  readonly kind: 'chat';
  readonly name: string;
  render(ctx: Context, payload: Readonly<Record<string, unknown>>): Promise<RenderedChat | null>;
}

export interface OutgoingMail extends RenderedMail {
  readonly to: string;
  /** Stable for one message, however often it is tried. */
  readonly messageId: string;
}
export interface OutgoingChat extends RenderedChat {
  readonly recipient: string;
}

/** What became of a try that did not succeed. `permanent`: no use in trying again. `alarm`: somebody must mend a setting. */
export class DeliveryFailed extends Error {
  constructor(
    message: string,
    readonly outcome: 'transient' | 'permanent' | 'alarm',
  ) {
    super(message);
    this.name = 'DeliveryFailed';
  }
}

/** The ways out, and the words: wired once by createApp. Carriers throw DeliveryFailed. */
export interface Delivery {
  readonly templates: readonly (MailTemplate | ChatTemplate)[];
  /** Null while no mail server is set: mail waits in the outbox. */
  readonly sendMail: ((mail: OutgoingMail, signal: AbortSignal) => Promise<void>) | null;
  /** Null while Slack is not connected. Resolves `false` when the recipient does not exist there. */
  readonly postChat: ((chat: OutgoingChat, signal: AbortSignal) => Promise<boolean>) | null;
}
