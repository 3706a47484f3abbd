import { Alert } from "@mantine/core";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { can } from "#lib/authz/require-permission.ts";
import type { Context } from "#lib/context.ts";
import { getErasure } from "#lib/erasures/get-erasure.ts";
import { erasedWords } from "#lib/erasures/words.ts";
import type { UserDetail } from "#lib/users/model.ts";
import { EraseUser } from "./erase-dialog.tsx";
import { eraseWords as words } from "./erase-words.ts";
import { ErasureProgress } from "./erasure-progress.tsx";

/** That a person's data was erased, or is being: when, by whom, and what it was. */
export async function ErasedNotice({ ctx, user }: { ctx: Context; user: UserDetail }) {
  if (user.erasedAt === null && !user.isBeingErased) return null;
  const erasure = await getErasure(ctx, { userId: user.id });
  return (
    <Alert
      color={user.isBeingErased ? "yellow" : "gray"}
      title={user.isBeingErased ? words.isBeingErased : words.isErased}
      role="status"
    >
      <p>
        {user.isBeingErased ? words.isBeingErasedText : words.isErasedText} {words.asked(erasure.by)}
        {erasure.endedAt === null ? null : (
          <>
            {" "}
            <Instant at={erasure.endedAt} prefix="Done" focusable />.
          </>
        )}
      </p>
      {erasure.found ? <p>{erasedWords(erasure.found)}</p> : null}
      {user.isBeingErased ? <ErasureProgress userId={user.id} /> : null}
      {erasure.problem ? <p>{erasure.problem}</p> : null}
    </Alert>
  );
}

/** What an owner may do that nothing brings back. */
export function DangerZone({ ctx, user }: { ctx: Context; user: UserDetail }) {
  if (!can(ctx, "user:erase") || user.isBeingErased) return null;
  return (
    <Card title={words.zone}>
      <p className="muted" style={{ marginBottom: 12 }}>
        {words.zoneText}
      </p>
      <EraseUser user={{ id: user.id, name: user.name, isErased: user.erasedAt !== null }} />
    </Card>
  );
}
