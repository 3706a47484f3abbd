import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import type { Role } from "../authz/roles.ts";
import type { Sql } from "../db/sql.ts";
import type { PasskeyAnswer } from "./input.ts";
import type { RelyingParty } from "./relying-party.ts";

/** A registered passkey and whose it is. */
export type KnownPasskey = {
  id: string;
  name: string;
  publicKey: Uint8Array;
  blockedAt: Date | null;
  admin: { id: string; email: string; name: string; role: Role };
};

/** An answer whose signature, origin, domain, challenge and user verification were right. `counter` is still to be looked at. */
export type VerifiedAnswer = { passkey: KnownPasskey; counter: number; isBackedUp: boolean };

async function findPasskey(db: Sql, credentialId: string): Promise<KnownPasskey | null> {
  const [row] = await db.query<KnownPasskey>(
    `SELECT p.id, p.name, p.public_key AS "publicKey", p.blocked_at AS "blockedAt",
       json_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role) AS admin
     FROM passkey p JOIN admin a ON a.id = p.admin_id WHERE p.credential_id = $1::text`,
    [credentialId],
  );
  return row ?? null;
}

/** What an admin is to an authenticator: the bytes of the id, which say nothing about the person. @see WebAuthn level 3, section 14.6.1 */
export function userHandleOf(adminId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(adminId.replaceAll("-", ""), "hex"));
}

/**
 * Checks what an authenticator signed against the registered passkey of its id.
 *
 * @returns the passkey where it is known, why it was refused in `why`, or what it said.
 * @see WebAuthn level 3, section 7.2
 */
export async function verifyAnswer(
  db: Sql,
  party: RelyingParty,
  { challenge, answer }: { challenge: string; answer: PasskeyAnswer },
): Promise<VerifiedAnswer | { passkey: KnownPasskey | null; why: string }> {
  const passkey = await findPasskey(db, answer.id);
  if (passkey === null) return { passkey, why: "unknown passkey" };
  const { userHandle } = answer.response;
  if (userHandle && userHandle !== Buffer.from(userHandleOf(passkey.admin.id)).toString("base64url"))
    return { passkey, why: "passkey of another account" };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: answer.id,
        rawId: answer.rawId,
        type: answer.type,
        response: {
          clientDataJSON: answer.response.clientDataJSON,
          authenticatorData: answer.response.authenticatorData,
          signature: answer.response.signature,
        },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      // its own look at the counter comes before the signature: anybody could have a passkey blocked
      credential: { id: answer.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    });
    if (!verified) return { passkey, why: "passkey signature" };
    return {
      passkey,
      counter: authenticationInfo.newCounter,
      isBackedUp: authenticationInfo.credentialBackedUp,
    };
  } catch (error) {
    // the library refuses by throwing: a wrong origin, challenge, domain or flag, and what it cannot read
    if (error instanceof Error) return { passkey, why: `passkey answer: ${error.message}`.slice(0, 200) };
    throw error;
  }
}
