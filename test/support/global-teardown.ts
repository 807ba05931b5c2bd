/** Ends the run's own server, by its process id, and deletes its data. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.usherMariadb?.remove();
}
