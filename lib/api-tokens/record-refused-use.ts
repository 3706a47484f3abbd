import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { ApiTokenRefusal } from "./model.ts";

const WHY: Record<ApiTokenRefusal, string> = {
  API_TOKEN_REVOKED: "after it was revoked",
  API_TOKEN_EXPIRED: "after it had expired",
  API_TOKEN_CREATOR_DISABLED: "while whoever made it could not sign in",
  API_TOKEN_NETWORK: "which is not one of its networks",
};

/** Puts on record that an API token was presented that opens nothing any more, or not from there; the entry has the address. Recorded as `api_token.refused`. */
export async function recordRefusedUse(
  ctx: Context,
  { refusal, id, name, request }: { refusal: ApiTokenRefusal; id: string; name: string; request: string },
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
        note: `${request} from ${ctx.ip ?? "an unknown address"}, ${WHY[refusal]}`,
        errorCode: refusal,
      },
    ),
  );
}
