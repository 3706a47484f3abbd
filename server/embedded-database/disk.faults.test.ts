import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { diskBounds, readDiskSpace, reserveFileOf } from "#lib/db/disk-space.ts";
import { migrate } from "#lib/db/migrate.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { introspect, post, revokeAs, seedRegistry, verify } from "#server/authority/test-authority.ts";
import {
  type AuthorityProcess,
  startAuthorityProcess,
  until,
} from "#server/authority/test-authority-process.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "./start.ts";

const SIZE_MB = 640;

/** A disk of its own, in memory; null where mounting one is not allowed. */
function mountSmallDisk(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MB}m,mode=0755`, "tmpfs", folder]);
  if (mounted.status === 0) return folder;
  rmdirSync(folder);
  return null;
}

const disk = mountSmallDisk();

/** Without the right to mount it is "not run", never passed. */
describe.skipIf(disk === null)("on a disk that is filled by something else", () => {
  const filler = path.join(disk ?? "", "filler");
  let database: EmbeddedDatabase;
  let db: Database;
  let registry: Awaited<ReturnType<typeof seedRegistry>>;
  let authority: AuthorityProcess;
  const log: string[] = [];

  beforeAll(async () => {
    const dataDir = path.join(disk as string, "data");
    mkdirSync(dataDir, { mode: 0o711 });
    database = await startEmbeddedDatabase({ dataDir, restarts: true, log: (line) => log.push(line) });
    await migrate(database.url);
    db = openDatabase({ url: database.url, role: "app", maxConnections: 4, applicationName: "test" });
    registry = await seedRegistry(db);
    authority = await startAuthorityProcess({
      databaseUrl: database.url,
      env: { DATABASE_DIR: database.clusterDir },
    });
  });

  afterAll(async () => {
    rmSync(filler, { force: true });
    await authority?.stop();
    await db?.end();
    await database?.stop();
    if (disk !== null) {
      spawnSync("umount", [disk]);
      rmdirSync(disk);
    }
  });

  /** Takes whatever is free, to the last block. */
  function fillDisk(): void {
    const descriptor = openSync(filler, "a");
    try {
      for (const size of [1_024 * 1_024, 4_096]) {
        const piece = Buffer.alloc(size, 1);
        try {
          for (;;) if (writeSync(descriptor, piece) < size) break;
        } catch (error) {
          expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
        }
      }
    } finally {
      closeSync(descriptor);
    }
  }

  const billing = () => registry.verifiers.billing.secret;
  const basic = () =>
    `Basic ${Buffer.from(`${registry.jwtService.clientId}:${registry.jwtService.secret}`).toString("base64")}`;

  async function tryIssue(): Promise<{ status: number; token: string | null }> {
    const answer = await post(
      `${authority.url}/oauth/token`,
      { grant_type: "client_credentials" },
      { authorization: basic() },
    );
    const body = (await answer.json()) as { access_token?: string };
    return { status: answer.status, token: body.access_token ?? null };
  }

  async function takesAll(): Promise<boolean> {
    return (await tryIssue()).status === 200;
  }

  /** Issue and use until it is told to stop; what was answered, and that nothing else was. */
  function startLoad() {
    const issued: string[] = [];
    const statuses = new Map<number, number>();
    let uses = 0;
    let isOver = false;
    const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const workers = Array.from({ length: 8 }, async () => {
      let token: string | null = null;
      while (!isOver) {
        const answer = await tryIssue();
        count(answer.status);
        if (answer.token !== null) {
          issued.push(answer.token);
          token = answer.token;
        }
        if (token !== null) {
          const used = await verify(authority.url, token, billing());
          count(used.status);
          if (used.status === 200) uses += 1;
        }
        if (answer.status !== 200) await wait(20);
      }
    });
    return {
      statuses,
      issued,
      async end() {
        isOver = true;
        await Promise.all(workers);
        return { issued, uses, statuses };
      },
    };
  }

  const idOf = (token: string) =>
    (JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString()) as { jti: string }).jti;

  test("nothing answered is lost, a revocation still commits, and all is well when there is room", async () => {
    const { totalBytes, missingReserveBytes } = await readDiskSpace(database.clusterDir);
    expect(missingReserveBytes).toBe(0);
    const load = startLoad();
    await until("there is some traffic", () => load.issued.length > 100);
    fillDisk();
    await until("new work is refused", () => (load.statuses.get(503) ?? 0) > 20);
    const [first = "", second = "", ...rest] = load.issued;
    const byClient = () =>
      revokeAs(authority.url, registry.jwtService, first).then((answer) => answer.status);
    await until("its client's revocation commits", async () => (await byClient()) === 200, 60_000);
    const ctx = contextAs(db, "responder");
    const byAdmin = () =>
      revokeToken(ctx, { id: idOf(second), reason: "token_leaked", note: "" }).then(
        () => true,
        () => false,
      );
    await until("an admin's revocation commits", byAdmin, 60_000);
    // and more than a handful of them
    const revoked = rest.slice(0, 60);
    for (const token of revoked)
      expect((await revokeAs(authority.url, registry.jwtService, token)).status).toBe(200);
    expect((await tryIssue()).status).toBe(503);
    expect((await verify(authority.url, second, billing())).status).toBe(503);
    expect(await (await fetch(`${authority.url}/readyz`)).json()).toMatchObject({
      intake: "revocations only",
    });

    rmSync(filler);
    await until("everything is taken in again", takesAll, 60_000);
    expect(statSync(reserveFileOf(database.clusterDir)).size).toBe(diskBounds(totalBytes).reserveBytes);
    const { issued, uses, statuses } = await load.end();
    expect([...statuses.keys()].filter((status) => ![200, 401, 503].includes(status))).toEqual([]);
    for (const token of [first, second, ...revoked])
      expect(await introspect(authority.url, token, billing())).toEqual({ active: false });
    const [onRecord] = await db.query<{ tokens: bigint; uses: bigint }>(
      `SELECT (SELECT count(*) FROM token WHERE id = ANY ($1::uuid[])) AS tokens,
         (SELECT count(*) FROM token_use WHERE outcome = 'allowed' AND source = 'forward_auth') AS uses`,
      [issued.map(idOf)],
    );
    expect(Number(onRecord?.tokens)).toBe(issued.length);
    expect(Number(onRecord?.uses)).toBeGreaterThanOrEqual(uses);
    expect(authority.child.exitCode).toBeNull();
  });

  test("a database that ends while the disk is full comes back on the reserve and takes revocations", async () => {
    await until("everything is taken in", takesAll, 60_000);
    const { token } = await tryIssue();
    // the reserve is still there: nothing has looked at the disk since it was filled
    fillDisk();
    const postmaster = Number.parseInt(
      readFileSync(path.join(database.clusterDir, "postmaster.pid"), "utf8"),
      10,
    );
    process.kill(postmaster, "SIGKILL");
    const revoke = () =>
      revokeAs(authority.url, registry.jwtService, token as string).then(
        (answer) => answer.status,
        () => 0,
      );
    await until("the revocation commits", async () => (await revoke()) === 200, 90_000);
    expect((await tryIssue()).status).toBe(503);
    expect(existsSync(reserveFileOf(database.clusterDir))).toBe(false);
    rmSync(filler);
    await until("everything is taken in again", takesAll, 60_000);
    expect(await introspect(authority.url, token as string, billing())).toEqual({ active: false });
    expect(authority.child.exitCode).toBeNull();
  });
});
