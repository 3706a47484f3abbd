import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeJwt } from "jose";
import pg from "pg";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { appendCheckpoints } from "#lib/seals/checkpoint-file.ts";
import { makeCheckpoint } from "#lib/seals/make-checkpoint.ts";
import { freePort } from "#lib/test-port.ts";
import { introspect, issue, revokeAs } from "#server/authority/test-authority.ts";
import { startAuthorityProcess, until } from "#server/authority/test-authority-process.ts";
import { findPostgresTools } from "#server/dev/postgres-tools.mjs";
import { urlOfDatabase } from "#server/embedded-database/create-database.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { startInstance } from "#server/faults/instance.ts";
import { type Clone, openClone, readmeCommands } from "./readme-commands.ts";

const [COPY = [], DUMP = [], RESTORE = []] = readmeCommands("Backup, restore, upgrade");
const POSTGRES_TOOLS = findPostgresTools();

let clone: Clone | undefined;
afterEach(async () => {
  await clone?.end();
  clone = undefined;
});

function openFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-other-"));
  // as root, the database's own account passes through it
  chmodSync(folder, 0o711);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Types a command that has to succeed. @returns what it wrote. */
async function succeed(command: string): Promise<string> {
  const { code, output } = (await clone?.run(command)) ?? expect.fail("there is no clone");
  expect(code, `${command}: ${output}`).toBe(0);
  return output;
}

/** The console's API by a token, and the authority by secrets. */
function doorsOf(
  { consolePort, authorityPort }: Record<"consolePort" | "authorityPort", number>,
  bearer: string,
) {
  async function api<Body>(method: string, at: string, body?: unknown): Promise<Body> {
    const answer = await fetch(`http://localhost:${consolePort}/api/v1${at}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.ok, `${method} ${at}: ${answer.status} ${text}`).toBe(true);
    return JSON.parse(text) as Body;
  }
  const ask = (at: string, fields: Record<string, string>, user: string, secret: string) =>
    fetch(`http://localhost:${authorityPort}${at}`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` },
      body: new URLSearchParams(fields),
    });
  return { api, ask };
}

describe("the README's way back", () => {
  test("from a copy of the folder: sealed, said what is lost, confirmed, and what had been revoked since stays revoked", async () => {
    const [consolePort, authorityPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    clone = openClone({
      CONSOLE_PORT: String(consolePort),
      AUTHORITY_PORT: String(authorityPort),
      METRICS_PORT: String(metricsPort),
    });
    const elsewhere = path.join(clone.folder, "elsewhere");
    mkdirSync(elsewhere);
    const here = (command: string) => command.replace("/somewhere/else/", `${elsewhere}/`);
    const checkpoints = () =>
      readFileSync(path.join(clone?.folder ?? "", ".data/checkpoints.jws"), "utf8").split("\n").length;

    const [unpack = "", start = "", asks = "", confirm = "", verify = ""] = RESTORE;
    expect([start, RESTORE.length, COPY.length]).toEqual(["npm start", 5, 2]);
    const first = await clone.start(start, "tokenwarden ready");
    const made = await clone.run("npx tokenwarden api-token create --role owner --name backup --unattended");
    const [bearer = ""] = /twk_\w+/.exec(made.output) ?? [];
    const { api, ask } = doorsOf({ consolePort, authorityPort }, bearer);
    const audience = await api<{ id: string }>("POST", "/audiences", {
      name: "orders",
      title: "Orders",
      resourceUri: "https://orders.example.com/",
    });
    const client = await api<{ secret: string }>("POST", "/clients", {
      kind: "service",
      name: "Robot",
      clientId: "robot",
      audienceIds: [audience.id],
    });
    const verifier = await api<{ secret: string }>("POST", "/verifiers", {
      name: "gateway",
      audienceIds: [audience.id],
    });
    async function issueToken(): Promise<string> {
      let token: string | undefined;
      await until("a token is issued", async () => {
        const answer = await ask(
          "/oauth/token",
          { grant_type: "client_credentials" },
          "robot",
          client.secret,
        );
        ({ access_token: token } = (await answer.json()) as { access_token?: string });
        return token !== undefined;
      });
      return token ?? "";
    }
    const isActive = async (token: string) => {
      const answer = await ask("/oauth/introspect", { token }, "gateway", verifier.secret);
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { active: boolean }).active;
    };
    const [revoked, kept] = [await issueToken(), await issueToken()];
    await until("the verifier is known", () => isActive(kept).catch(() => false));
    await first.stop();
    for (const command of COPY) await succeed(here(command));
    const before = checkpoints();

    const second = await clone.start(start, "tokenwarden ready");
    await api("POST", `/tokens/${decodeJwt(revoked).jti}/revoke`, {
      reason: "token_leaked",
      note: "after the copy",
    });
    expect([await isActive(revoked), await isActive(kept)]).toEqual([false, true]);
    // its evidence asks for a checkpoint at once
    const { number } = await api<{ number: number }>("POST", "/incidents", {
      title: "A leak",
      tokenIds: [decodeJwt(revoked).jti],
    });
    const file = await api<{ id: string }>("POST", `/incidents/${number}/evidence`, { format: "json" });
    await api("GET", `/incidents/${number}/evidence/${file.id}`);
    await until("a checkpoint is kept outside", () => checkpoints() > before);
    await second.stop();

    await succeed(unpack);
    const third = await clone.start(start, "tokenwarden sealed");
    await until("the authority's door is there", () =>
      ask("/oauth/token", {}, "robot", client.secret).then(
        () => true,
        () => false,
      ),
    );
    const answer = await ask("/oauth/introspect", { token: revoked }, "gateway", verifier.secret);
    expect(answer.status, "nothing is served").toBe(503);
    const unsaid = await clone.run(asks);
    expect(unsaid.code).toBe(2);
    expect(unsaid.output).toMatch(/lost +\d+ minutes? of evidence, \d+ acts at least/);
    expect(unsaid.output).toContain("--tokens revoke");
    expect((await ask("/oauth/introspect", { token: revoked }, "gateway", verifier.secret)).status).toBe(503);
    expect(await succeed(confirm)).toContain("All tokens from before are revoked");
    await third.wrote("tokenwarden ready");
    await until("the authority answers", () =>
      isActive(kept).then(
        () => true,
        () => false,
      ),
    );
    expect([await isActive(revoked), await isActive(kept)]).toEqual([false, false]);
    const next = await issueToken();
    expect(await isActive(next)).toBe(true);
    expect(await succeed(verify), "what is there holds, beside what is kept outside").toMatch(
      /elsewhere .* compared/,
    );
    await third.stop();
  }, 600_000);

  test.skipIf(POSTGRES_TOOLS === null)(
    "from a dump that was made under way, onto a server that never had this product's: the register, the revocations and the evidence are there",
    async () => {
      const instance = await startInstance({ authorities: 1 });
      onTestFinished(() => instance.stop());
      const { registry, db, masterKey, checkpointFile, issuer } = instance;
      const [authority] = instance.authorities;
      const url = authority?.url ?? "";
      const service = registry.jwtService;
      const billing = registry.verifiers.billing.secret;
      const [early, late, kept] = [
        await issue(url, service),
        await issue(url, service),
        await issue(url, service),
      ];
      await revokeAs(url, service, early);
      const sign = () => makeCheckpoint(systemContext(db, "test"), createKeyWrapper(masterKey), 0);
      await sign();

      const target = await startEmbeddedDatabase({ dataDir: openFolder() });
      onTestFinished(() => target.stop());
      const admin = new pg.Client({ connectionString: target.adminUrl });
      await admin.connect();
      await admin.query("CREATE DATABASE restored OWNER tokenwarden");
      await admin.end();
      const restoredUrl = urlOfDatabase(target.url, "restored");

      const shared = {
        PATH: `${POSTGRES_TOOLS}:${process.env.PATH}`,
        MASTER_KEY: masterKey.toString("base64"),
        CHECKPOINT_FILE: checkpointFile,
      };
      const source = openClone({ ...shared, DATABASE_URL: instance.databaseUrl });
      onTestFinished(() => source.end());
      clone = openClone({ ...shared, DATABASE_URL: restoredUrl });
      const [dump = "", ...load] = DUMP;
      expect([dump.split(" ")[0], load.map((command) => command.split(" ")[0])]).toEqual([
        "pg_dump",
        ["psql", "pg_restore"],
      ]);
      expect(await source.run(dump)).toEqual({ code: 0, output: "" });
      await revokeAs(url, service, late);
      await sign();
      await appendCheckpoints(db, checkpointFile);

      await succeed(`cp ${source.folder}/tokenwarden.dump .`);
      for (const command of load) await succeed(command);
      const [, , asks = ""] = RESTORE;
      expect((await clone.run(asks)).output).toMatch(/lost +1 minute of evidence/);
      const keep = asks.replace("confirm", "confirm --tokens keep");
      expect(await succeed(keep)).toContain("Tokens that had been revoked since the dump work again");
      const again = await startAuthorityProcess({
        databaseUrl: restoredUrl,
        masterKey,
        issuer,
        env: { CHECKPOINT_FILE: checkpointFile },
      });
      onTestFinished(() => again.stop());
      const active = async (token: string) => {
        const { active: isActive } = (await introspect(again.url, token, billing)) as { active: boolean };
        return isActive;
      };
      expect([await active(early), await active(late), await active(kept)]).toEqual([false, true, true]);
      await succeed(RESTORE.at(-1) ?? "");
    },
  );
});
