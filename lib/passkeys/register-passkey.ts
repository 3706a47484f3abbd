import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { endSessions } from "../admins/end-sessions.ts";
import { tellWayInChanged } from "../admins/tell-way-in-changed.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { openChallenge, spendChallenge } from "./challenge.ts";
import { knownTransports, type RegisterPasskeyInput } from "./input.ts";
import { passkeyRowOf, readPasskeys } from "./list-factors.ts";
import { PASSKEYS_MAX, type PasskeyRow } from "./model.ts";
import type { RelyingParty } from "./relying-party.ts";

async function verify(party: RelyingParty, challenge: string, { passkey }: RegisterPasskeyInput) {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id: passkey.id,
        rawId: passkey.rawId,
        type: passkey.type,
        response: {
          clientDataJSON: passkey.response.clientDataJSON,
          attestationObject: passkey.response.attestationObject,
        },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
    });
    if (verified) return registrationInfo;
  } catch (cause) {
    // the library refuses by throwing: a wrong origin, challenge, domain or flag, and what it cannot read
    throw refused(cause);
  }
  throw refused(undefined);
}

function refused(cause: unknown): DomainError {
  const message = "The passkey that the browser made cannot be used here. Make it again.";
  return new DomainError("INVALID_INPUT", message, { cause, fields: [{ path: "passkey", message }] });
}

/**
 * Adds a passkey that a browser made for the asking admin, by the challenge that was offered to this very session; it is used up. Their other sessions end:
 * a way in was added. Recorded as `passkey.added`.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} INVALID_INPUT for an answer that is not right, GONE for a challenge that is over, another session's or answered, CONFLICT for a
 *   passkey that is registered, one too many, or who is no admin.
 * @see WebAuthn level 3, section 7.1
 */
export async function registerPasskey(
  ctx: Context,
  input: RegisterPasskeyInput,
  { wrapper, party }: { wrapper: KeyWrapper; party: RelyingParty },
): Promise<PasskeyRow> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  const use = { purpose: "register", sessionId: actor.sessionId } as const;
  const challenge = await openChallenge(wrapper, use, { sealed: input.challenge, now: ctx.now });
  const made = await verify(party, challenge.value, input);
  const id = uuidv7(ctx.now);
  return ctx.db.transaction(async (tx) => {
    await spendChallenge(tx, challenge, ctx.now);
    await tx.query("SELECT id FROM admin WHERE id = $1::uuid FOR UPDATE", [actor.id]);
    if ((await readPasskeys(tx, actor.id)).length >= PASSKEYS_MAX)
      throw new DomainError("CONFLICT", `An admin has ${PASSKEYS_MAX} passkeys at most. Remove one first.`);
    const added = await tx.query(
      `INSERT INTO passkey (id, admin_id, name, credential_id, public_key, counter, transports, is_syncable, is_backed_up, created_at)
       VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::bytea, $6::bigint, $7::text[], $8::boolean, $9::boolean, $10::timestamptz)
       ON CONFLICT (credential_id) DO NOTHING RETURNING id`,
      [
        id,
        actor.id,
        input.name,
        made.credential.id,
        Buffer.from(made.credential.publicKey),
        made.credential.counter,
        knownTransports(input.passkey.response.transports),
        made.credentialDeviceType === "multiDevice",
        made.credentialBackedUp,
        ctx.now,
      ],
    );
    if (added.length === 0) throw new DomainError("CONFLICT", "This passkey is registered already.");
    const endedSessions = await endSessions(tx, {
      adminId: actor.id,
      now: ctx.now,
      reason: "factors_changed",
      except: actor.sessionId,
    });
    const row = (await readPasskeys(tx, actor.id)).find((one) => one.id === id);
    await tellWayInChanged(tx, ctx, { actor, what: `A passkey was added: ${input.name}` });
    await recordEntry(tx, ctx, {
      act: "passkey.added",
      target: { kind: "admin", id: actor.id, name: actor.name },
      after: { passkey: input.name, endedSessions },
    });
    return passkeyRowOf(row as NonNullable<typeof row>);
  });
}
