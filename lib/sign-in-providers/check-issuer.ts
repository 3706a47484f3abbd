import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { checkIssuer, DiscoveryFault } from "./discover.ts";
import type { IssuerCheck } from "./model.ts";

/** @throws {DomainError} INVALID_INPUT naming `issuer`, with what is wrong there. */
export async function requireIssuer(outbound: Outbound, issuer: string): Promise<IssuerCheck> {
  try {
    return await checkIssuer(outbound, issuer);
  } catch (error) {
    if (!(error instanceof DiscoveryFault)) throw error;
    throw new DomainError("INVALID_INPUT", `The issuer ${error.message}.`, {
      fields: [{ path: "issuer", message: error.message }],
      cause: error,
    });
  }
}

/**
 * Reads an issuer's metadata and keys, as saving a provider does, and says what is there. Changes nothing. Needs `sign-in:write`.
 *
 * @throws {DomainError} INVALID_INPUT
 */
export async function testIssuer(
  ctx: Context,
  { issuer }: { issuer: string },
  { outbound }: { outbound: Outbound },
): Promise<IssuerCheck> {
  requirePermission(ctx, "sign-in:write");
  return requireIssuer(outbound, issuer);
}
