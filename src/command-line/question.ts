/** Asks on the terminal; No is the answer of whoever only presses Enter, and of Ctrl-C. */
export async function agrees(question: string, signal: AbortSignal): Promise<boolean> {
  // Loaded when it is needed: most commands ask nothing.
  const { confirm } = await import('@clack/prompts');
  const answer = await confirm({
    message: question,
    initialValue: false,
    withGuide: false,
    output: process.stderr,
    signal,
  });
  return answer === true;
}
