import type { FastifyRequest } from 'fastify';

/** One value of a posted form or of the query; empty where it is missing or was given more than once. */
function textOf(values: unknown, name: string): string {
  if (typeof values !== 'object' || values === null || !Object.hasOwn(values, name)) return '';
  const value = (values as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}

/** The value of one field of the posted form. */
export function formField(request: FastifyRequest, name: string): string {
  return textOf(request.body, name);
}

/** The value of one parameter behind the `?`. */
export function queryParameter(request: FastifyRequest, name: string): string {
  return textOf(request.query, name);
}
