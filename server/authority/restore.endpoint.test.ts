import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { parseEnv } from "#lib/env.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { confirmRestore } from "#lib/restore/confirm-restore.ts";
import { findRestore } from "#lib/restore/find-restore.ts";
import { appendCheckpoints } from "#lib/seals/checkpoint-file.ts";
import { makeCheckpoint } from "#lib/seals/make-checkpoint.ts";
import { freePort } from "#lib/test-port.ts";
import { holdWhileRestored, RESTORE_WORDS } from "#server/restore-hold.ts";
import { openClosedDoor } from "./closed-door.ts";
import { startAuthorityProcess, until } from "./test-authority-process.ts";

let url: string;
let db: Database;
let folder: string;
let file: string;
const masterKey = randomBytes(32);

/** A database that has lost its newest checkpoint, and a file that has it. */
beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
  folder = await mkdtemp(path.join(tmpdir(), "tokenwarden-restore-"));
  file = path.join(folder, "checkpoints.jws");
  const wrapper = createKeyWrapper(masterKey);
  await ensureKeys(systemContext(db, "test"), wrapper);
  for (let n = 0; n < 2; n += 1) await makeCheckpoint(systemContext(db, "test"), wrapper, 0);
});
afterAll(async () => {
  await db.end();
  await rm(folder, { recursive: true });
});

/** Takes the newest checkpoint out of the database, as an older dump would. */
async function goBack(): Promise<void> {
  await appendCheckpoints(db, file);
  const owner = openDatabase({ url, role: "owner", maxConnections: 1, applicationName: "test" });
  await owner.query(
    "ALTER TABLE checkpoint DISABLE TRIGGER USER; DELETE FROM checkpoint WHERE number = 2; ALTER TABLE checkpoint ENABLE TRIGGER USER",
  );
  await owner.end();
}

const answers = (origin: string) =>
  Promise.all(
    [
      ["GET", "/healthz"],
      ["GET", "/readyz"],
      ["GET", "/oauth/jwks"],
      ["GET", "/revocations"],
      ["GET", "/.well-known/openid-configuration"],
      ["POST", "/oauth/introspect"],
      ["POST", "/oauth/token"],
      ["POST", "/oauth/revoke"],
      ["GET", "/verify"],
      ["GET", "/nothing"],
    ].map(async ([method = "", at]) => (await fetch(`${origin}${at}`, { method })).status),
  );

test("an authority that runs when the restore is found answers 503 and ends; none begins before it is confirmed, and then all is served", async () => {
  const running = await startAuthorityProcess({
    databaseUrl: url,
    masterKey,
    env: { CHECKPOINT_FILE: file },
  });
  await goBack();
  expect(await findRestore(db, file)).toBe(true);
  await until("it has ended", () => running.child.exitCode !== null);
  expect(running.child.exitCode).toBe(1);
  expect(running.output()).toContain("nothing is served");

  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const env = parseEnv({ DATABASE_URL: url, AUTHORITY_PORT: String(port) });
  const held = holdWhileRestored({
    databaseUrl: url,
    checkpointFile: file,
    log: pino({ level: "silent" }),
    onHold: () => openClosedDoor(env, RESTORE_WORDS),
  }).then(() => "released");
  await until("the door is there", () =>
    fetch(origin).then(
      () => true,
      () => false,
    ),
  );
  expect(new Set(await answers(origin))).toEqual(new Set([503]));
  expect(await (await fetch(`${origin}/oauth/jwks`)).json()).toMatchObject({
    error: "temporarily_unavailable",
    error_description: expect.stringContaining("an owner has confirmed"),
  });
  await confirmRestore(systemContext(db, "test"), { revokesTokens: true });
  expect(await held).toBe("released");

  const again = await startAuthorityProcess({
    databaseUrl: url,
    masterKey,
    issuer: running.url,
    env: { CHECKPOINT_FILE: file },
  });
  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
  await again.stop();
});
