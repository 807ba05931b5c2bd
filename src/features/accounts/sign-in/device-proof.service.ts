import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from '../../../platform/context';

/**
 * What a browser keeps to show later that this person has signed in with it: an HMAC over both, so that it serves
 * nobody else and in no other browser. It opens nothing; it only spares the person the waiting that others' wrong
 * passwords bring (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 * @param clientId the browser's own name, as it came in
 */
export function deviceProof(ctx: Context, userId: number, clientId: string): string {
  if (ctx.config.appSecret === '') throw new Error('APP_SECRET is empty: anybody could make proofs');
  return createHmac('sha256', ctx.config.appSecret).update(`usher-browser:${userId}:${clientId}`).digest('base64url');
}

/** Whether `given` is the proof that `deviceProof` gave this person in this browser; anything at all may be given. */
export function isDeviceProof(
  ctx: Context,
  userId: number,
  clientId: string,
  given: string | null | undefined,
): boolean {
  const right = Buffer.from(deviceProof(ctx, userId, clientId));
  const shown = Buffer.from(given ?? '');
  return shown.length === right.length && timingSafeEqual(shown, right);
}
