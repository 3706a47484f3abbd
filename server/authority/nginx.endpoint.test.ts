import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "#lib/test-port.ts";
import { setupLines } from "#lib/verifiers/setup-lines.ts";
import { issue, revokeAs, startTestInstance, type TestInstance } from "./test-authority.ts";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

/** A missing tool makes the test "not run", never passed. */
describe.skipIf(!hasNginx)("a real nginx with auth_request in front of an upstream", () => {
  let instance: TestInstance;
  let upstream: Server;
  let nginx: ChildProcess;
  let folder: string;
  let gateway: string;
  let seen: Record<string, unknown>[] = [];

  beforeAll(async () => {
    instance = await startTestInstance();
    upstream = createServer((req, res) => {
      seen.push({
        url: req.url,
        client: req.headers["x-auth-client"],
        permissions: req.headers["x-auth-permissions"],
      });
      res.end("invoices");
    });
    const [port, upstreamPort] = [await freePort(), await freePort()];
    await new Promise<void>((resolve) => upstream.listen(upstreamPort, "127.0.0.1", resolve));
    gateway = `http://127.0.0.1:${port}`;
    folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-nginx-"));
    const file = path.join(folder, "nginx.conf");
    const lines = setupLines({ name: "gateway", audiences: ["billing"], issuer: instance.urls[0] as string });
    // as the verifier's page has them, with what they leave to the reader
    const pageLines = lines.nginx
      .replace("audience=billing", "audience=billing&permission=invoices:read")
      .replace("http://your-application", `http://127.0.0.1:${upstreamPort}`);
    // the line that writes the secret's file is run as it stands there
    const [, writesSecret = ""] = /^# once, .*?: (.*)$/m.exec(pageLines) ?? [];
    const { secret } = instance.registry.verifiers.billing;
    const env = { ...process.env, VERIFIER_SECRET: secret };
    expect(spawnSync("bash", ["-euc", writesSecret], { cwd: folder, env }).status).toBe(0);
    expect(pageLines).not.toContain(secret);
    expect(statSync(path.join(folder, "tokenwarden-verifier.secret")).mode & 0o777).toBe(0o600);
    writeFileSync(
      file,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server {
    listen 127.0.0.1:${port};
${pageLines}
  }
}
`,
    );
    nginx = spawn("nginx", ["-c", file, "-p", folder], { stdio: "ignore" });
    await vi.waitFor(async () => expect((await fetch(gateway)).status).toBe(401), { timeout: 10_000 });
  });

  afterAll(async () => {
    nginx?.kill("SIGTERM");
    upstream?.close();
    await instance?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const call = (token: string) =>
    fetch(`${gateway}/v1/invoices?draft=1`, { headers: { authorization: `Bearer ${token}` } });

  test("lets a good token through with its identity, refuses it once revoked, and both are on record", async () => {
    const [url] = instance.urls as [string];
    const client = instance.registry.jwtService;
    const token = await issue(url, client);
    seen = [];
    const answer = await call(token);
    expect([answer.status, await answer.text()]).toEqual([200, "invoices"]);
    expect(seen).toEqual([
      {
        url: "/v1/invoices?draft=1",
        client: "reconciler",
        permissions: expect.stringContaining("invoices:read"),
      },
    ]);
    await revokeAs(url, client, token);
    expect((await call(token)).status).toBe(401);
    expect(seen.length).toBe(1);
    const uses = await instance.db.query(
      "SELECT outcome, refusal, method, path, ip FROM token_use WHERE source = 'forward_auth' ORDER BY received_at",
    );
    expect(uses).toEqual([
      { outcome: "allowed", refusal: null, method: "GET", path: "/v1/invoices", ip: "127.0.0.1" },
      { outcome: "refused", refusal: "revoked", method: "GET", path: "/v1/invoices", ip: "127.0.0.1" },
    ]);
  });

  test("lets no identity through that a caller wrote itself", async () => {
    const [url] = instance.urls as [string];
    seen = [];
    const token = await issue(url, instance.registry.jwtService);
    const forged = { "x-auth-client": "admin", "x-auth-permissions": "everything" };
    const answer = await fetch(gateway, { headers: { authorization: `Bearer ${token}`, ...forged } });
    expect(answer.status).toBe(200);
    expect(seen).toMatchObject([{ client: "reconciler" }]);
    expect(JSON.stringify(seen)).not.toContain("everything");
  });

  test("answers 403 where the permission is missing and 401 where there is no token", async () => {
    const [url] = instance.urls as [string];
    const token = await issue(url, instance.registry.jwtService, { scope: "invoices:write" });
    expect((await call(token)).status).toBe(403);
    expect((await fetch(gateway)).status).toBe(401);
  });
});
