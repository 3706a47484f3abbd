import { createHash } from "node:crypto";
import { uuidv7 } from "#lib/ids.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { openRootSecret } from "#lib/keys/root-secret.ts";
import { createFamily } from "#lib/protocol/family.ts";
import { createStateSeal } from "#lib/protocol/state-seal.ts";
import { findState, putState } from "#lib/protocol/state-store.ts";
import { makeOpaque, parseOpaque } from "#lib/tokens/opaque.ts";
import { registerTokens } from "#lib/tokens/register.ts";
import { createUseWriter } from "#lib/verification/use-writer.ts";
import { defaultResourceOf } from "#server/authority/engine/resources.ts";
import { discover, logIn, type PeopleClient } from "#server/authority/engine/test-people.ts";
import { addUsers } from "./add-users.ts";
import type { Instance } from "./instance.ts";

/** A refresh token that no exchange has used, and what it belongs to. */
export type Minted = {
  value: string;
  id: string;
  familyId: string;
  userId: string;
  client: PeopleClient;
};

export type Mint = {
  /** Families of one user and the public client, or of the given ones; fresh, or of a time that is given. */
  families(count: number, owner?: { client?: PeopleClient; userId?: string; at?: Date }): Promise<Minted[]>;
  /** So many people with the permissions of the first one. */
  users(count: number): Promise<string[]>;
};

/**
 * Makes refresh tokens as the authority would, without a sign-in for each: one person signs in through the pages, and what that left in the
 * database is written again under other ids, users and clients.
 */
export async function openMint(
  instance: Pick<Instance, "db" | "masterKey" | "issuer" | "people">,
): Promise<Mint> {
  const { db, people } = instance;
  const seal = createStateSeal(await openRootSecret(db, createKeyWrapper(instance.masterKey)));
  const writer = createUseWriter();
  const { tokens } = await logIn(await discover(instance, people.spa));
  const value = tokens.refresh_token ?? "";
  const model = await findState(db, seal, "RefreshToken", value);
  const [row] = await db.query<{ scopes: string[]; groups: string[]; audiences: string[] }>(
    "SELECT scopes, groups, audiences FROM token WHERE id = $1::uuid",
    [parseOpaque(value)?.id ?? ""],
  );
  const grantId = String(model?.payload.grantId);
  const grant = await findState(db, seal, "Grant", grantId);
  if (model === null || row === undefined || grant === null)
    throw new Error("the sign-in left no refresh token");

  /** The client's own resource stands in what was granted. */
  function of(payload: object | undefined, clientId: string): Record<string, unknown> {
    const [from, to] = [defaultResourceOf(people.spa.clientId), defaultResourceOf(clientId)];
    return JSON.parse(JSON.stringify(payload).replaceAll(JSON.stringify(from), JSON.stringify(to)));
  }

  async function addGrant(userId: string, clientId: string): Promise<string> {
    const id = `minted-${userId}-${clientId}`;
    const payload = { ...of(grant?.payload, clientId), accountId: userId, clientId };
    await putState(db, seal, { model: "Grant", id, payload, grantId: id, accountId: userId });
    return id;
  }

  return {
    users: (count) => addUsers(db, people.users.ana, count),
    async families(count, owner = {}) {
      const { client = people.spa, userId = people.users.ana } = owner;
      const grantOf = await addGrant(userId, client.clientId);
      const minted: Minted[] = [];
      for (let index = 0; index < count; index += 1) {
        const now = owner.at ?? new Date();
        const [id, familyId] = [uuidv7(now), uuidv7(now)];
        const expiresAt = new Date(now.getTime() + 86_400_000);
        const token = makeOpaque("twr_", id);
        await createFamily(db, {
          id: familyId,
          clientId: client.id,
          userId,
          sessionUid: null,
          rootedAt: now,
          expiresAt,
        });
        const { sessionUid: _uid, sid: _sid, ...payload } = of(model.payload, client.clientId);
        await putState(db, seal, {
          model: "RefreshToken",
          id: token,
          grantId: grantOf,
          accountId: userId,
          familyId,
          expiresAt,
          payload: {
            ...payload,
            tokenId: id,
            familyId,
            rootedAtMs: now.getTime(),
            accountId: userId,
            clientId: client.clientId,
            grantId: grantOf,
            iat: Math.floor(now.getTime() / 1_000),
            exp: Math.floor(expiresAt.getTime() / 1_000),
          },
        });
        await registerTokens(
          db,
          [
            {
              id,
              issuedAt: now,
              kind: "refresh",
              format: "opaque",
              clientId: client.id,
              userId,
              subject: userId,
              familyId,
              parentId: null,
              sessionUid: null,
              grantType: "authorization_code",
              ...row,
              roles: [],
              claims: {},
              signingKid: null,
              rootedAt: now,
              expiresAt,
              ip: null,
              userAgent: null,
              valueHash: createHash("sha256").update(token).digest(),
            },
          ],
          writer,
        );
        minted.push({ value: token, id, familyId, userId, client });
      }
      return minted;
    },
  };
}
