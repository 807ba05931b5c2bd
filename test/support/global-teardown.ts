/** Ends the run's own server, by its process id, and deletes its data and the run's databases. */
export default async function globalTeardown(): Promise<void> {
  globalThis.usherTemplates?.remove();
  await globalThis.usherMariadb?.remove();
}
