import { Card, type Page } from '../../platform/http/page-layout';
import { problemStatuses } from './problem-codes';
import { problemTexts } from './problems.text';

/** Every problem that programs may be answered, with what it means. */
export function problemsPage(codes: readonly (keyof typeof problemTexts)[]): Page {
  return {
    title: 'Problems',
    content: (
      <Card>
        <h1>What the API answers when something is wrong</h1>
        <p class="lead">Each problem has a code for programs. It stays the same; the words for people may change.</p>
        {codes.flatMap((code) => [
          <h2 key={code} id={code}>
            {problemTexts[code].title}
          </h2>,
          <p key={`${code}-status`} class="hint">
            {problemStatuses[code]}, <code>{code}</code>
          </p>,
          <p key={`${code}-about`}>{problemTexts[code].about}</p>,
        ])}
      </Card>
    ),
  };
}
