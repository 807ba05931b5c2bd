import { isUnavailable } from '../../../src/platform/db/driver-errors';

const failing = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more });

test.each(['ENOENT', 'ETIMEDOUT', 'ECONNRESET', 'ECONNREFUSED'])(
  '%s of a file or of another server does not say that the database is away',
  (code) => {
    expect(isUnavailable(failing(code))).toBe(false);
    // As mysql2 marks what ends one of its connections.
    expect(isUnavailable(failing(code, { fatal: true }))).toBe(true);
  },
);
