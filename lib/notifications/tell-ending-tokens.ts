import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { notify } from "./notify.ts";

const WATCHER = { kind: "system", id: "watcher", name: "watcher" } as const;

// one that was never to live for so long is not told of: whoever made it knows
const ENDING = `
  SELECT id, name, role, expires_at AS "expiresAt", expires_at <= $1::timestamptz + interval '1 day' AS "isLastDay" FROM api_token
  WHERE revoked_at IS NULL AND expires_at > $1::timestamptz
    AND ((expires_at <= $1::timestamptz + interval '7 days' AND expires_at - created_at > interval '7 days')
      OR (expires_at <= $1::timestamptz + interval '1 day' AND expires_at - created_at > interval '1 day'))
  ORDER BY expires_at, id`;

/** Tells who may see API tokens of those that end within a week, and again on their last day. */
export async function tellEndingTokens(db: SqlDatabase, now: Date): Promise<void> {
  const tokens = await db.query<{
    id: string;
    name: string;
    role: Role;
    expiresAt: Date;
    isLastDay: boolean;
  }>(ENDING, [now]);
  for (const { id, name, role, expiresAt, isLastDay } of tokens)
    await db.transaction((tx) =>
      notify(
        tx,
        { actor: WATCHER, now },
        {
          kind: "api_token_expiring",
          key: `api_token ${id} ${isLastDay ? "day" : "week"}`,
          title: `The API token ${name} ends ${isLastDay ? "within a day" : "within a week"}`,
          text: `On ${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC; its role is ${ROLE_WORDS[role]?.name ?? role}. What uses it needs another one by then.`,
          path: `/api-tokens/${id}`,
          subject: { kind: "api_token", id, name },
        },
      ),
    );
}
