import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { parseEnv } from "#lib/env.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { ensureMasterKey } from "./master-key.ts";

test("a master key that does not open the keys in the database stops the start in one line, and changes nothing", async () => {
  const { url } = await testDatabase();
  const db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
  const right = randomBytes(32);
  await ensureKeys(systemContext(db, "test"), createKeyWrapper(right));
  const keys = () => db.query("SELECT kid, state, private_wrapped FROM signing_key ORDER BY kid");
  const before = await keys();
  const envWith = (key: Buffer) => parseEnv({ DATABASE_URL: url, MASTER_KEY: key.toString("base64") });
  await expect(ensureMasterKey(envWith(right), url)).resolves.toBeUndefined();
  await expect(ensureMasterKey(envWith(randomBytes(32)), url)).rejects.toThrow(
    /does not open the signing keys/,
  );
  expect(await keys()).toEqual(before);
  await db.end();
});
