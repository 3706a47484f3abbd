import { createHash } from "node:crypto";
import { approvalTarget } from "../approvals/approval-row.ts";
import { insertApproval } from "../approvals/ask-approval.ts";
import { inOneTransaction } from "../approvals/one-transaction.ts";
import { readOwners } from "../approvals/owners-before.ts";
import { newPass } from "../approvals/pass.ts";
import { readPolicy } from "../approvals/read-policy.ts";
import { actsOf } from "../approvals/shown.ts";
import { tellOfApproval } from "../approvals/tell.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { createApiToken } from "./create-api-token.ts";
import type { CreatedApiToken } from "./model.ts";

type Input = {
  name: string;
  role: Role;
  expiresInSeconds?: number | null | undefined;
  isUnattended: boolean;
  networks?: readonly string[] | undefined;
};

const SUMMARY = "Makes an API token that acts unattended, on the machine";
const REASON = "Made on the machine with `api-token create --unattended`.";

async function createWithAlarm(ctx: Context, input: Input): Promise<CreatedApiToken> {
  const id = uuidv7(ctx.now);
  return inOneTransaction(ctx, ["api-tokens"], async (inner, tx) => {
    const approval = { id, way: "break_glass", approvedBy: null } as const;
    const pass = newPass({ isTrial: false, skipsStepUp: true, isAnswered: true, approval });
    pass.kinds.add("api-tokens");
    const ownersBefore = await readOwners(tx);
    const created = await createApiToken({ ...inner, pass }, input);
    const digest = createHash("sha256").update(id).digest();
    const guarded = {
      summary: SUMMARY,
      method: "CLI",
      path: "api-token create",
      permission: "api-token:write",
      request: null,
      digest,
      runBy: "requester",
    } as const;
    const shown = { sentences: [], plan: null, ...actsOf(pass, ctx.now) };
    const person = ctx.actor.id;
    const done = { id, way: "break_glass", guarded, pass, shown, reason: REASON, person } as const;
    await insertApproval(tx, ctx, { ...done, ownersBefore });
    const { kind: actorKind, name: actorName } = ctx.actor;
    const told = { id, summary: SUMMARY, reason: REASON, personId: person, actorKind, actorName };
    await tellOfApproval(tx, ctx, told, { what: "broke_glass" });
    await recordEntry(tx, ctx, {
      act: "approval.glass_broken",
      target: approvalTarget({ id, summary: SUMMARY }),
      note: REASON,
    });
    return created;
  });
}

/**
 * Makes an API token by the command line. While four eyes is off it acts unattended, as automation relies on. While it is on it does so only where that is asked for, and then every owner is
 * alarmed and one of them is to review it: whoever has the machine is not asked for a second person. Recorded as `api_token.created`, and `approval.glass_broken` where they are alarmed.
 */
export async function createTokenOnMachine(
  ctx: Context,
  input: Input,
): Promise<CreatedApiToken & { isAlarm: boolean }> {
  const { isOn } = await readPolicy(ctx.db);
  if (isOn && input.isUnattended) return { ...(await createWithAlarm(ctx, input)), isAlarm: true };
  return { ...(await createApiToken(ctx, { ...input, isUnattended: !isOn })), isAlarm: false };
}
