import type { CommandView } from '../protocol';

/** What the composer offers while a command is typed. */
export interface Completion {
  /** Commands to choose from; empty when the command is complete or there is none. */
  readonly choices: readonly CommandView[];
  /** The command whose arguments are being typed. */
  readonly current: CommandView | null;
}

const none: Completion = { choices: [], current: null };

/** Slack's rule: a command is a slash at the very beginning; before the first space it is chosen, after it filled. */
export function completeCommand(text: string, commands: readonly CommandView[]): Completion {
  if (!/^\/[\w-]*(\s|$)/.test(text)) return none;
  const [word = ''] = text.split(/\s/, 1);
  if (text.length > word.length)
    return { choices: [], current: commands.find((each) => each.command === word) ?? null };
  const typed = word.slice(1).toLowerCase();
  const choices = commands.filter((each) => each.command.slice(1).toLowerCase().includes(typed));
  const starts = (each: CommandView) => (each.command.slice(1).toLowerCase().startsWith(typed) ? 0 : 1);
  return { choices: [...choices].sort((a, b) => starts(a) - starts(b)), current: null };
}
