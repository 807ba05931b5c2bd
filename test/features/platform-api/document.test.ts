import rateLimit from '@fastify/rate-limit';
import { validate } from '@readme/openapi-parser';
import { type FastifyInstance, fastify } from 'fastify';
import { openapiDocument } from '../../../src/features/platform-api/openapi';
import { platformApi } from '../../../src/features/platform-api/platform-api.routes';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { type RunningUsher, startUsher } from '../../support/usher';
import { apiOf } from './api-caller';

interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly responses: Readonly<Record<string, unknown>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const document = () =>
  openapiDocument('https://usher.example.com') as { paths: Paths; components: { schemas: object } };

test('the document is OpenAPI 3.1 as its own schema has it', async () => {
  expect(await validate(structuredClone(document()) as never)).toMatchObject({ valid: true });
  const broken = { ...document(), paths: { '/v1/session': { get: { responses: 7 } } } };
  expect((await validate(broken as never)).valid).toBe(false);
});

test('every reference in the document leads to something in it', () => {
  const text = JSON.stringify(document());
  const names = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
  expect(names.size).toBeGreaterThan(8);
  expect([...names].filter((name) => !Object.hasOwn(document().components.schemas, name ?? ''))).toEqual([]);
});

test('a refused member of a request is one that the document forbids too', () => {
  const { schemas } = document().components as { schemas: Record<string, { additionalProperties?: boolean }> };
  for (const name of ['Credentials', 'Choice', 'Touch'])
    expect([name, schemas[name]?.additionalProperties]).toEqual([name, false]);
});

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(() => usher.stop());

  test('the document is served, for the address that the site has', async () => {
    const { body } = await apiOf(usher)('GET', '/v1/openapi.json');
    expect(body).toEqual(JSON.parse(JSON.stringify(openapiDocument(usher.origin))));
    expect((await validate(body)).valid).toBe(true);
  });

  test('every route that is served is in the document, and every one in it is served', async () => {
    const routes: { method: string; url: string }[] = [];
    const app: FastifyInstance = fastify();
    // The server registers it before any route.
    await app.register(rateLimit, { global: false });
    app.addHook(
      'onRoute',
      ({ method, url }) => void routes.push(...[method].flat().map((one) => ({ method: one, url }))),
    );
    await app.register(platformApi(testContext(database)));
    const served: string[] = [];
    for (const { method, url } of routes) {
      const { statusCode } = await app.inject({ method: method as 'GET', url });
      if (statusCode !== 405) served.push(`${method} ${url}`);
    }
    await app.close();
    const told = Object.entries(document().paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.length).toBeGreaterThan(5);
    expect(served.filter((route) => !route.startsWith('HEAD ')).sort()).toEqual(told.sort());
  });

  test('the type of each problem leads to a page that tells what it means', async () => {
    const { body } = await apiOf(usher)('GET', '/v1/session');
    const { origin, pathname, hash } = new URL(body.type);
    expect(origin).toBe(usher.origin);
    const page = await apiOf(usher)('GET', pathname);
    expect(page.body).toContain(`id="${hash.slice(1)}"`);
    expect(page.body).toContain('Authorization: Bearer TOKEN');
    const codes = [...JSON.stringify(document().paths).matchAll(/`(\w+)`: /g)].map(([, code]) => code ?? '');
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !page.body.includes(`id="${code}"`))).toEqual([]);
  });
});
