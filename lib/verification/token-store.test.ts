import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuidv7 } from "../ids.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { HeldToken, type TokenFacts } from "./registered-token.ts";
import { TokenStore } from "./token-store.ts";

const hashOf = (value: string) => createHash("sha256").update(value).digest();

function factsOf(client: string): TokenFacts {
  return {
    kind: "access",
    format: "jwt",
    clientId: client,
    userId: null,
    subject: client,
    grantType: "client_credentials",
    scopes: ["orders:read"],
    groups: [],
    roles: [],
    audiences: ["orders"],
    claims: { tier: client },
    signingKid: "kid-1",
  };
}

function makeToken(client: string, atMs: number): HeldToken {
  const id = uuidv7(atMs);
  return new HeldToken(factsOf(client), {
    id,
    familyId: atMs % 2 === 0 ? id : uuidv7(atMs - 5),
    sessionUid: atMs % 3 === 0 ? `session-${atMs}` : null,
    rootedAtMs: atMs - 5,
    issuedAtMs: atMs,
    expiresAtMs: atMs + 3_600_000,
  });
}

const seen = (token: { [key: string]: unknown } | HeldToken | null) =>
  token === null
    ? null
    : Object.fromEntries(
        [
          ...["id", "familyId", "sessionUid", "rootedAtMs", "issuedAtMs", "expiresAtMs"],
          ...Object.keys(factsOf("")),
        ].map((key) => [key, (token as Record<string, unknown>)[key]]),
      );

describe("a store of tokens", () => {
  test("gives back all that it was given, for the newest as many as it holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 400 }),
        (capacity, values) => {
          const store = new TokenStore(capacity);
          // the model: a Map in the order of arrival
          const model = new Map<string, HeldToken>();
          for (const value of values) {
            const key = `value ${value}`;
            const token = makeToken(`client-${value % 5}`, 1_800_000_000_000 + value);
            store.add(hashOf(key), token);
            if (!model.has(key)) {
              if (model.size === capacity) model.delete(model.keys().next().value as string);
              model.set(key, token);
            }
          }
          expect(store.size).toBe(model.size);
          for (let value = 0; value <= 60; value += 1) {
            const key = `value ${value}`;
            const found = store.find(hashOf(key)) as HeldToken | null;
            expect(seen(found)).toEqual(seen(model.get(key) ?? null));
          }
        },
      ),
      { numRuns: propertyRuns(60) },
    );
  });

  test("holds nothing once it was cleared, and fills again", () => {
    const store = new TokenStore(3);
    const token = makeToken("client", 1_800_000_000_000);
    for (const value of ["a", "b", "c", "d"]) store.add(hashOf(value), token);
    store.clear();
    expect([store.size, store.find(hashOf("d"))]).toEqual([0, null]);
    store.add(hashOf("d"), token);
    expect([store.size, store.find(hashOf("d"))?.id]).toEqual([1, token.id]);
  });

  test("tells values apart whose hashes begin alike", () => {
    const store = new TokenStore(8);
    const one = Buffer.alloc(32, 7);
    const other = Buffer.concat([Buffer.alloc(31, 7), Buffer.from([8])]);
    store.add(one, makeToken("client", 1_800_000_000_000));
    expect(store.find(other)).toBeNull();
  });
});
