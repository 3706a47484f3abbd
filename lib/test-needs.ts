/**
 * Whether what a test cannot be run without is there. Where everything is to be run (`CI=true`) it is no choice: what is missing fails the file with a sentence. Elsewhere it is said, and the tests that need it are
 * "not run".
 *
 * @param missing what is not there, and how it is had; a sentence.
 */
export function testNeeds(isThere: boolean, missing: string, env: NodeJS.ProcessEnv = process.env): boolean {
  if (isThere) return true;
  if (env.CI === "true") throw new Error(`${missing} With CI=true its tests may not be left out.`);
  process.stderr.write(`not run: ${missing}\n`);
  return false;
}

/** What says that the console has to be built. */
export const NOT_BUILT = "The console is not built: `npm test -- build` builds it.";
