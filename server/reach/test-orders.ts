import { systemContext } from "#lib/context.ts";
import type { Database } from "#lib/db/database.ts";
import type { TargetKind } from "#lib/revocations/model.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";

type Terms = { effectiveFrom?: Date; expiresAt?: Date; cancelsId?: string };

/** Places an order as the console's use cases do, and returns when it is committed. */
export async function order(
  db: Database,
  verb: "revoke" | "suspend" | "restore" | "cancel",
  kind: TargetKind,
  id: string,
  { cancelsId, ...terms }: Terms = {},
): Promise<{ id: string; position: number; committedAt: number }> {
  const placed = await db.transaction((tx) =>
    placeOrder(tx, systemContext(db, "test"), {
      verb,
      target: { kind, id, name: id, ...(cancelsId === undefined ? {} : { cancelsId }) },
      reason: "test",
      note: "",
      ...terms,
    }),
  );
  return { id: placed.id, position: Number(placed.position), committedAt: Date.now() };
}

/** The claims of a JWT, unchecked. */
export function claimsOf(token: string): Record<string, unknown> & { jti: string } {
  return JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString("utf8"));
}
