import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Actor, Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import { boundsOf, earlierOf } from "./bounds.ts";
import { readApiToken } from "./get-api-token.ts";
import { lockApiTokens } from "./lock-api-tokens.ts";
import { requireRoom } from "./made-with.ts";
import { API_TOKEN_TTL_DEFAULT, type CreatedApiToken } from "./model.ts";
import { isNetworkWithin } from "./networks.ts";

/**
 * Makes a bearer credential for automation; the answer shows its value once. It never does more than its own role and that of whom it counts as allow at the moment.
 * With `isUnattended` it does by itself what a person is asked again for; acts that want four eyes wait all the same. It counts as who makes it.
 * What an API token makes comes from its networks or from within them, and ends with it at the latest, also where it is revoked.
 * Recorded as `api_token.created`, never the value. Needs `api-token:write`.
 *
 * @throws {DomainError} INVALID_INPUT for one that acts unattended and never ends, FORBIDDEN for networks beyond those of the API token that makes it, and for one that was revoked meanwhile, CONFLICT where too many live that were made with
 *   the same one
 */
export async function createApiToken(
  ctx: Context,
  input: {
    name: string;
    role: Role;
    /** Left out: 90 days. Null: until it is revoked. */
    expiresInSeconds?: number | null | undefined;
    isUnattended?: boolean | undefined;
    networks?: readonly string[] | undefined;
  },
): Promise<CreatedApiToken> {
  requirePermission(ctx, "api-token:write");
  await requireApproval(ctx, "api-tokens");
  const secret = generateSecret("twk_");
  const isUnattended = input.isUnattended ?? false;
  return ctx.db.transaction(async (tx) => {
    await lockApiTokens(tx);
    const id = uuidv7(ctx.now);
    const bounds = await boundsOf(tx, ctx.actor);
    await requireRoom(tx, ctx.actor, ctx.now);
    const networks = within(bounds.networks, input.networks ?? []);
    const { expiresInSeconds: seconds = API_TOKEN_TTL_DEFAULT } = input;
    const wanted = seconds === null ? null : new Date(ctx.now.getTime() + seconds * 1000);
    const expiresAt = earlierOf(wanted, bounds.expiresAt);
    if (isUnattended && expiresAt === null) throw mustEnd();
    await tx.query(
      `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, created_by_id, is_unattended, created_at, expires_at, networks, made_by_token_id)
       VALUES ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::text, $9::uuid, $10::boolean, $7::timestamptz, $8::timestamptz, $11::text[], $12::uuid)`,
      [
        id,
        input.name,
        input.role,
        secret.hash,
        secret.hint,
        ctx.actor.name,
        ctx.now,
        expiresAt,
        creatorOf(ctx.actor),
        isUnattended,
        networks,
        ctx.actor.kind === "api_token" ? ctx.actor.id : null,
      ],
    );
    const row = await readApiToken(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "api_token.created",
      target: { kind: "api_token", id, name: input.name },
      after: {
        name: input.name,
        role: input.role,
        expiresAt: row.expiresAt,
        isUnattended,
        networks: row.networks,
      },
    });
    return { id, token: secret.value, row };
  });
}

function mustEnd(): DomainError {
  const message = "must end: an API token that acts unattended lasts a year at most";
  return new DomainError("INVALID_INPUT", `expiresInSeconds: ${message}.`, {
    fields: [{ path: "expiresInSeconds", message }],
  });
}

/** The networks of a new one: all of its maker's where none are named, and none beyond them. */
function within(own: readonly string[], named: readonly string[]): readonly string[] {
  if (own.length === 0) return named;
  if (named.length === 0) return own;
  if (named.every((network) => isNetworkWithin(own, network))) return named;
  throw new DomainError("FORBIDDEN", "An API token that is bound to networks makes none beyond them.", {
    fields: [{ path: "networks", message: "must be those of the API token that makes it, or within them" }],
  });
}

/** An API token that an API token makes is of the same person. */
function creatorOf(actor: Actor): string | null {
  if (actor.kind === "admin") return actor.id;
  return actor.kind === "api_token" ? actor.personId : null;
}
