/** What Node.js throws where a request's sender went away in the middle of it. It may come of another realm: the proxy's own. */
function isAborted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { message, code } = value as { message?: unknown; code?: unknown };
  return message === "aborted" && code === "ECONNRESET";
}

/** Next writes each of these to the log, whole and with its stack. Nobody is there to be answered, and nothing failed here: they are left out. */
export function leaveOutAborted(): void {
  const write = console.error.bind(console);
  console.error = (...what: unknown[]) => {
    if (!what.some(isAborted)) write(...what);
  };
}
