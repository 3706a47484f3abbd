import { DomainError } from "../errors.ts";
import type { Outbound, OutboundKind } from "./outbound.ts";
import { OutboundError } from "./outbound-error.ts";

/** @throws {DomainError} INVALID_INPUT naming `path` where the address may not be called. */
export async function requireCallable(
  outbound: Outbound,
  url: string,
  path: string,
  kind: OutboundKind = "http",
): Promise<void> {
  try {
    await outbound.check(url, kind);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new DomainError("INVALID_INPUT", `The address ${error.message}.`, {
      fields: [{ path, message: error.message }],
      cause: error,
    });
  }
}
