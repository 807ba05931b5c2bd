/**
 * Before each test file. SQLite's driver is native code, which a jest worker loads once, while every test file has an
 * Error of its own: told again, the driver throws errors that are `instanceof Error` in this file too.
 */
const addon = require('better-sqlite3/build/Release/better_sqlite3.node') as { isInitialized: boolean };
addon.isInitialized = false;
