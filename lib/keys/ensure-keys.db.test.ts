import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { ensureKeys } from "./ensure-keys.ts";
import { getKey } from "./get-key.ts";
import { createKeyWrapper } from "./key-wrapper.ts";
import { listKeys } from "./list-keys.ts";
import { KEY_PURPOSES } from "./model.ts";
import { openPrivateKey } from "./open-private-key.ts";

const wrapper = createKeyWrapper(Buffer.alloc(32, 3));
let databases: Database[];

beforeAll(async () => {
  const { url } = await testDatabase();
  databases = [1, 2].map(() =>
    openDatabase({ url, role: "app", maxConnections: 4, applicationName: "ensure-keys test" }),
  );
});
afterAll(async () => {
  for (const db of databases) await db.end();
});

describe("the first keys", () => {
  it("are one active key for each purpose, whoever starts at the same time, and on record once", async () => {
    const [db] = databases as [Database];
    const made = await Promise.all(
      databases.flatMap((one) => [1, 2].map(() => ensureKeys(systemContext(one, "start"), wrapper))),
    );
    expect(made.flat()).toHaveLength(KEY_PURPOSES.length);
    const keys = await listKeys(systemContext(db, "test"));
    expect(keys.map((key) => `${key.purpose} ${key.state}`).sort()).toEqual(
      KEY_PURPOSES.map((purpose) => `${purpose} active`).sort(),
    );
    const entries = await db.query<{ act: string }>("SELECT act FROM audit_entry ORDER BY sequence");
    expect(entries.filter((entry) => entry.act === "key.created")).toHaveLength(KEY_PURPOSES.length);
    expect(entries.filter((entry) => entry.act === "key.activated")).toHaveLength(KEY_PURPOSES.length);
  });

  it("are left alone at the next start", async () => {
    const [db] = databases as [Database];
    expect(await ensureKeys(systemContext(db, "start"), wrapper)).toEqual([]);
  });

  it("stay sealed to another master key, and then nothing is made or changed", async () => {
    const [db] = databases as [Database];
    const before = await db.query("SELECT * FROM signing_key ORDER BY kid");
    const other = createKeyWrapper(Buffer.alloc(32, 4));
    await expect(ensureKeys(systemContext(db, "start"), other)).rejects.toMatchObject({ code: "SEALED" });
    expect(await db.query("SELECT * FROM signing_key ORDER BY kid")).toEqual(before);
  });

  it("open with the master key, while the row holds no private member in the clear", async () => {
    const [db] = databases as [Database];
    const rows = await db.query<{ kid: string; publicJwk: object; privateWrapped: Buffer; whole: string }>(
      `SELECT kid, public_jwk AS "publicJwk", private_wrapped AS "privateWrapped", signing_key::text AS whole FROM signing_key`,
    );
    for (const row of rows) {
      const jwk = await openPrivateKey(row, wrapper);
      expect(jwk.d).toBeTypeOf("string");
      expect(row.whole).not.toContain(jwk.d);
    }
  });
});

describe("the key list", () => {
  it("shows a key with its thumbprint and never its private half", async () => {
    const [db] = databases as [Database];
    const [row] = await listKeys(systemContext(db, "test"));
    const detail = await getKey(systemContext(db, "test"), { kid: row?.kid ?? "" });
    expect(detail).toMatchObject({ kid: row?.kid, thumbprint: expect.stringMatching(/^[\w-]{43}$/) });
    expect(JSON.stringify(detail)).not.toMatch(/"d":|private/i);
  });

  it("is refused to nobody and to a user", async () => {
    const [db] = databases as [Database];
    const nobody = { ...systemContext(db, "test"), actor: { kind: "anonymous", id: "", name: "" } as const };
    await expect(listKeys(nobody)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
    await expect(
      getKey({ ...nobody, actor: { kind: "user", id: "u", name: "u" } }, { kid: "x" }),
    ).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });

  it("does not know a kid that is not there", async () => {
    const [db] = databases as [Database];
    await expect(getKey(systemContext(db, "test"), { kid: "x' OR true" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
