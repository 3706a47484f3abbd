import { createHmac } from "node:crypto";
import { ApprovalRequired } from "#lib/approvals/approval-required.ts";
import { approvalRowOf, type StoredRequest } from "#lib/approvals/approval-row.ts";
import { askForApproval, findOpen, type GuardedRequest } from "#lib/approvals/ask-approval.ts";
import { breakGlass } from "#lib/approvals/break-glass.ts";
import { reasonText } from "#lib/approvals/input.ts";
import type { ApprovalRow } from "#lib/approvals/model.ts";
import { isGuarded, readPolicy } from "#lib/approvals/read-policy.ts";
import { UNSAID } from "#lib/approvals/reason-words.ts";
import { runApproved } from "#lib/approvals/run-approved.ts";
import { holdsSecret } from "#lib/audit/redact.ts";
import type { Permission } from "#lib/authz/roles.ts";
import type { Context } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import type { KeptAnswer } from "#lib/idempotency/model.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { requireStepUp, StepUpRequired } from "#lib/step-up/require-step-up.ts";
import type { AnyRouteSpec, RawInput } from "./route-spec.ts";
import { derivedKey } from "./secrets.ts";
import { wishOf } from "./wishes.ts";

/** Why a second person is asked for, percent-encoded: asks for one where the act wants one, and is not looked at where it does not. */
export const APPROVAL_REASON = "approval-reason";
/** Why an owner does not wait for one, percent-encoded. */
export const BREAK_GLASS_REASON = "break-glass-reason";

type Call = {
  spec: Pick<AnyRouteSpec, "method" | "path" | "summary" | "permission" | "runBy">;
  request: Request;
  raw: RawInput;
  /** Whether the body has something that is sent to be used and not kept. */
  hasSecret: boolean;
};

/**
 * Asks at the door who is there, before a body is read. Where acts of the kind want a second person the use case alone asks: what waits, or is done without one, costs one proof and not two.
 *
 * @throws {StepUpRequired}
 */
export async function requireProofAtDoor(ctx: Context, kind: StepUpKind): Promise<void> {
  try {
    await requireStepUp(ctx, kind);
  } catch (error) {
    if (!(error instanceof StepUpRequired)) throw error;
    // one's own ways in are nobody else's business
    if (kind === "own-factors") throw error;
    if (!isGuarded(await readPolicy(ctx.db), kind === "approvals" ? "policy" : kind)) throw error;
  }
}

function reasonOf(request: Request, name: string): string | null {
  const given = request.headers.get(name);
  if (given === null) return null;
  const bad = (message: string) =>
    new DomainError("INVALID_INPUT", `${name}: ${message}`, { fields: [{ path: name, message }] });
  let text: string;
  try {
    text = decodeURIComponent(given);
  } catch {
    throw bad("must be percent-encoded");
  }
  const parsed = reasonText.safeParse(text);
  if (!parsed.success) throw bad(parsed.error.issues[0]?.message ?? "cannot be used");
  if (holdsSecret(parsed.data)) throw bad("looks like a token or a secret, which is not kept here");
  return parsed.data;
}

/** The same value in the same order of keys: requests that mean the same have one text. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, inOrder((value as Record<string, unknown>)[key])]),
  );
}

function storedOf({ params, url, body, seenVersion }: RawInput): StoredRequest {
  const plain = Object.entries(params).filter((one): one is [string, string] => typeof one[1] === "string");
  const stored = { params: Object.fromEntries(plain), query: new URL(url).search, body: body ?? null };
  // a body has it
  return body === undefined && seenVersion !== undefined ? { ...stored, seenVersion } : stored;
}

/** What a request asks for, as it waits and as it is known again. */
export function guardedOf(
  ctx: Context,
  { spec, raw, hasSecret }: Pick<Call, "spec" | "raw" | "hasSecret">,
): Omit<GuardedRequest, "act"> {
  const stored = storedOf(raw);
  const { method, path, summary, permission } = spec;
  const text = JSON.stringify(inOrder([ctx.actor.kind, ctx.actor.id, method, path, stored]));
  return {
    summary: wishOf(spec) ?? summary,
    method,
    path,
    permission: permission.includes(":") ? (permission as Permission) : null,
    request: hasSecret ? null : stored,
    // by a key: what a body holds cannot be tried out against it
    digest: createHmac("sha256", derivedKey("approval")).update(text).digest(),
    runBy: hasSecret ? "requester" : (spec.runBy ?? "approver"),
  };
}

/** The answer to what waits for a second person. */
export class WaitsAnswer extends Response {
  /** Whether it is done with the approval; else who asked sends the very same request again. */
  readonly isDoneByApprover: boolean;
  /** As it is kept for a repeat. */
  readonly kept: Omit<KeptAnswer, "permissions">;

  constructor(row: ApprovalRow) {
    const text = JSON.stringify(row);
    const location = `/api/v1/approvals/${row.id}`;
    super(text, { status: 202, headers: { "content-type": "application/json", location } });
    this.isDoneByApprover = row.runBy === "approver";
    this.kept = { status: 202, location, text, isShownOnce: false };
  }
}

/**
 * Does what a request asks for; where that wants a second person, what the request says to do then. What was approved for the very same request of the same caller is done. A reason asks for
 * approval (202), and so does an API token, which nobody can ask; what waits already is not tried out again. An owner's other reason does without. Else the refusal says what is needed.
 */
export async function withSecondPerson<T>(
  ctx: Context,
  call: Call,
  act: (ctx: Context) => Promise<T>,
): Promise<T | Response> {
  try {
    return await act(ctx);
  } catch (error) {
    if (!(error instanceof ApprovalRequired)) throw error;
    const guarded = guardedOf(ctx, call);
    const open = await findOpen(ctx.db, ctx, guarded.digest);
    if (open?.state === "approved") return runApproved(ctx, open, (own) => act(own));
    const alone = reasonOf(call.request, BREAK_GLASS_REASON);
    if (alone !== null) {
      const { kind, reach } = error;
      return breakGlass(ctx, { ...guarded, act }, { kind, reason: alone, reach });
    }
    const isProgram = ctx.actor.kind === "api_token";
    const reason = reasonOf(call.request, APPROVAL_REASON) ?? (isProgram ? UNSAID : null);
    if (reason === null)
      throw new ApprovalRequired(error.kind, { approvalId: open?.id ?? null, why: error.why });
    if (open !== null) return new WaitsAnswer(approvalRowOf(open, ctx.now));
    return new WaitsAnswer(await askForApproval(ctx, { ...guarded, act }, { kind: error.kind, reason }));
  }
}
