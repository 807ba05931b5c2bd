export interface TogetherLimits {
  /** Keys of one call. */
  readonly most: number;
  /** Calls under way at a time. */
  readonly atOnce: number;
}

/**
 * Makes of a function that answers many keys at once one that answers one, for whoever is asked by many at the same time:
 * what is asked in one turn of the event loop, or while as many calls as may are under way, goes into one call. A call
 * begins after all that it answers was asked, so that no answer is older than its question.
 * @param ask gives the answers in the order of the keys; when it fails, all who were in that call are told
 */
export function askTogether<Key, Answer>(
  ask: (keys: readonly Key[]) => Promise<readonly Answer[]>,
  { most, atOnce }: TogetherLimits,
): (key: Key) => Promise<Answer> {
  interface Question {
    readonly key: Key;
    readonly answer: (answer: Answer) => void;
    readonly fail: (error: unknown) => void;
  }
  let waiting: Question[] = [];
  let underWay = 0;
  let isDue = false;

  async function call(questions: readonly Question[]): Promise<void> {
    underWay += 1;
    try {
      const answers = await ask(questions.map(({ key }) => key));
      for (const [index, question] of questions.entries()) question.answer(answers[index] as Answer);
    } catch (error) {
      for (const question of questions) question.fail(error);
    }
    underWay -= 1;
    callSoon();
  }

  function callSoon(): void {
    if (isDue || waiting.length === 0 || underWay >= atOnce) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      const questions = waiting.slice(0, most);
      waiting = waiting.slice(most);
      void call(questions);
      callSoon();
    });
  }

  return (key) =>
    new Promise((answer, fail) => {
      waiting.push({ key, answer, fail });
      callSoon();
    });
}
