import { seldom } from "#lib/bounds/seldom.ts";
import type { ProviderRefusal } from "#lib/sign-in-providers/model.ts";
import { ProviderRefused } from "#lib/sign-in-providers/provider-refused.ts";
import { logProblem } from "./problem.ts";

/** Of the provider and of strangers, not of the person. */
const OF_THE_MACHINE: ReadonlySet<ProviderRefusal> = new Set([
  "PROVIDER_AWAY",
  "PROVIDER_BUSY",
  "PROVIDER_FAILED",
]);

type Line = { requestId: string; why: ProviderRefusal; detail: string; cause: string | undefined };

// the build has this module in several copies: the pace is the process's
const store = globalThis as typeof globalThis & { tokenwardenRefusedLine?: (line: Line) => void };

function write({ requestId, why, detail, cause }: Line, leftOut: number): void {
  const what = "sign-in by a provider";
  console.error(JSON.stringify({ level: "warn", requestId, what, why, leftOut, detail, cause }));
}

/** What the machine's keeper wants to know of a sign-in that came to nothing: that a provider is away or wrong, one line a second. What its person did is no fault. */
export function logRefused(error: unknown, requestId: string): void {
  if (!(error instanceof ProviderRefused)) {
    logProblem(error, requestId, "sign-in by a provider");
    return;
  }
  const { why, message, cause } = error;
  if (!OF_THE_MACHINE.has(why)) return;
  store.tokenwardenRefusedLine ??= seldom(write);
  // the causes are libraries' own: a name and a code, and never what they held
  const name = cause instanceof Error ? cause.name : undefined;
  store.tokenwardenRefusedLine({ requestId, why, detail: message, cause: name });
}
