const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

const descriptors = () => new Map(Reflect.ownKeys(globalThis).map((key) => [key, descriptorOf(key)]));
const descriptorOf = (key) => Object.getOwnPropertyDescriptor(globalThis, key);

/**
 * Runs a test file in the worker's own realm, where jest would make a new one for each file. Packages are then loaded
 * once for all files of a worker (one-realm-runtime.js), and what they make is an `Error` or a `Date` to everybody.
 * Our own modules are still loaded anew for each file; the global object and the environment's variables are put back.
 */
class OneRealmEnvironment {
  constructor({ projectConfig }) {
    this.globalsBefore = descriptors();
    this.variablesBefore = { ...process.env };
    this.exitBefore = process.exit;
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const name of Object.keys(process.env)) if (!(name in this.variablesBefore)) delete process.env[name];
    Object.assign(process.env, this.variablesBefore);
    // Jest has each file complain of it.
    process.exit = this.exitBefore;
    for (const [key, { configurable }] of descriptors()) {
      if (!this.globalsBefore.has(key) && configurable) delete globalThis[key];
    }
    for (const [key, before] of this.globalsBefore) {
      if (before.configurable && descriptorOf(key)?.value !== before.value)
        Object.defineProperty(globalThis, key, before);
    }
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** There is none beside the worker's own, in which one-realm-runtime.js compiles. */
  getVmContext() {
    return null;
  }
}

module.exports = OneRealmEnvironment;
