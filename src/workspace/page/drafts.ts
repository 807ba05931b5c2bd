const drafts = new Map<string, string>();

/** What was typed and not sent yet, by person and conversation; it lasts as long as the page. */
export function draftOf(me: string, conversationId: string): string {
  return drafts.get(`${me}/${conversationId}`) ?? '';
}

export function keepDraft(me: string, conversationId: string, text: string): void {
  drafts.set(`${me}/${conversationId}`, text);
}
