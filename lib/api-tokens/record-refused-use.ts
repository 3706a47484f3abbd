import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";

/** Puts on record that an API token was presented from beyond its networks; the entry has the address. Recorded as `api_token.refused`. */
export async function recordRefusedUse(
  ctx: Context,
  { id, name, request }: { id: string; name: string; request: string },
): Promise<void> {
  await ctx.db.transaction((tx) =>
    recordEntry(
      tx,
      {
        ...ctx,
        actor: { kind: "api_token", id, name, role: "auditor", isUnattended: false, personId: null },
      },
      {
        act: "api_token.refused",
        target: { kind: "api_token", id, name },
        note: `${request} from ${ctx.ip ?? "an unknown address"}, which is not one of its networks`,
        errorCode: "API_TOKEN_NETWORK",
      },
    ),
  );
}
