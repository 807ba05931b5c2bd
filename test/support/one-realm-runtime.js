const { createRequire } = require('node:module');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const isOurs = (name) => name === undefined || /^[./]/.test(name);

/**
 * Jest's way to load modules, but for packages: these are loaded by Node, once for all files of a worker, as they are
 * outside of tests. To load them anew took more time than most files. Goes with one-realm-environment.js.
 */
class OneRealmRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    const { executor } = this;
    executor.compile = (source, filename) => compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  /** Called when a module is no mock. */
  requireModule(from, name, options, isRequireActual) {
    return isOurs(name) || options?.isInternalModule
      ? super.requireModule(from, name, options, isRequireActual)
      : createRequire(from)(name);
  }
}

module.exports = OneRealmRuntime;
