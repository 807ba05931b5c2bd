import { z } from 'zod';
import { version } from '../../../package.json';
import { commonProblems, type Endpoint, endpoints } from './endpoints';
import { type ProblemCode, problemStatuses } from './problem-codes';
import { problem } from './problem-schema';
import { problemTexts } from './problems.text';
import { named } from './schemas';

type Json = Readonly<Record<string, unknown>>;

const about = `Signs people in and out, tells who is signed in and what they may do, and keeps sessions alive. Times are UTC. Answers may get further members; requests take none that are not named here. Errors are problem details (RFC 9457): “code” is for programs, “detail” for people. There is no CORS and no cookie: this is for servers and programs, not for scripts of other sites.`;

// Formats say what a reader needs; the long patterns that zod writes beside them say the same to nobody.
const override = ({ jsonSchema }: { jsonSchema: { format?: string; pattern?: string; $schema?: string } }) => {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
};

/** The schemas by name, each in terms of the others. */
function namedSchemas(): Record<string, unknown> {
  const { schemas } = z.toJSONSchema(named, {
    uri: (id) => `#/components/schemas/${id}`,
    io: 'input',
    override,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _address, ...schema }]) => [name, schema]),
  );
}

/** A named schema by its name, any other as it is. */
function schemaOf(schema: z.ZodType): Json {
  const id = named.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  const { $schema: _dialect, ...inline } = z.toJSONSchema(schema, { io: 'input' });
  return inline;
}

function answersOf({ success, problems }: Endpoint): Json {
  const answers: Record<string, unknown> = {
    [success.status]: {
      description: success.description,
      ...(success.schema === undefined
        ? {}
        : { content: { [success.contentType ?? 'application/json']: { schema: schemaOf(success.schema) } } }),
    },
  };
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...problems, ...commonProblems]) {
    const status = problemStatuses[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of byStatus) {
    answers[status] = {
      description: codes.map((code) => `- \`${code}\`: ${problemTexts[code].about}`).join('\n'),
      ...(status === 429 || status === 503
        ? { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } }
        : {}),
      content: {
        'application/problem+json': {
          schema: { allOf: [schemaOf(problem), { properties: { code: { enum: codes } } }] },
        },
      },
    };
  }
  return answers;
}

const securityOf = {
  anybody: [],
  bearer: [{ token: [] }, { token: [], platformKey: [] }],
  platform: [{ platformKey: [] }, { platformKeyAsToken: [] }],
  choosable: [{}, { platformKey: [] }, { platformKeyAsToken: [] }],
} as const satisfies Record<Endpoint['access'], unknown>;

function operationOf(endpoint: Endpoint): Json {
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    description: endpoint.description,
    security: securityOf[endpoint.access],
    ...(endpoint.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body) } } } }),
    responses: answersOf(endpoint),
  };
}

/**
 * Describes the whole API as OpenAPI 3.1, from the schemas that check its requests.
 * @param publicUrl the site's address
 */
export function openapiDocument(publicUrl: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of Object.values(endpoints))
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  return {
    openapi: '3.1.1',
    info: { title: 'Usher for the platform', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A session’s token, or a person’s API token.' },
        platformKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Platform-Key',
          description: 'One of the keys in the setting PLATFORM_API_KEYS.',
        },
        platformKeyAsToken: { type: 'http', scheme: 'bearer', description: 'The same key as a bearer token.' },
      },
    },
  };
}
