import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#lib/test-port.ts";
import { issue, revokeAs, startTestInstance, type TestInstance } from "../authority/test-authority.ts";
import { until } from "../authority/test-authority-process.ts";
import { claimsOf } from "./test-orders.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const TSC = path.join(ROOT, "node_modules/typescript/bin/tsc");
const README = readFileSync(path.join(ROOT, "verifier/README.md"), "utf8");
const EXAMPLES = [...README.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] as string);

let instance: TestInstance;
let folder: string;
/** What `npm pack` puts into the package; it is what every test here runs. */
let packedFiles: string[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  execFileSync(process.execPath, [TSC, "-p", path.join(ROOT, "verifier/tsconfig.build.json")], {
    stdio: "pipe",
  });
  // inside the repository, so that jose and the frameworks are found as in a project that has installed them
  folder = mkdtempSync(path.join(ROOT, ".cache/verifier-"));
  const pack = ["pack", "-w", "verifier", "--pack-destination", folder, "--json"];
  const [packed] = JSON.parse(execFileSync("npm", pack, { cwd: ROOT, encoding: "utf8" })) as [
    { filename: string; files: { path: string }[] },
  ];
  packedFiles = packed.files.map((file) => file.path);
  const place = path.join(folder, "node_modules/@tokenwarden/verifier");
  mkdirSync(place, { recursive: true });
  const tarball = path.join(folder, packed.filename.replace(/^@([^/]+)\//, "$1-"));
  execFileSync("tar", ["-xzf", tarball, "-C", place, "--strip-components=1"]);
  instance = await startTestInstance();
}, 120_000);

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  await instance.stop();
});

/** Runs an example of the README as it stands there, in a process of its own. */
async function run(name: string, code: string): Promise<string> {
  const file = path.join(folder, `${name}.mjs`);
  writeFileSync(file, code);
  const port = await freePort();
  const child = spawn(process.execPath, [file], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ISSUER: instance.issuer,
      VERIFIER_SECRET: instance.registry.verifiers.billing.secret,
      PORT: String(port),
    },
  });
  children.push(child);
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    output += chunk;
  });
  await until("the sample listens", () => {
    if (child.exitCode !== null) throw new Error(output);
    return output.includes("listening");
  });
  return `http://localhost:${port}`;
}

describe.each([
  ["Express", 0],
  ["Fastify", 1],
])("the README's sample for %s", (name, index) => {
  test("serves who has the permission, and refuses what is revoked, foreign or absent", async () => {
    const url = await run(name, EXAMPLES[index] as string);
    const get = (token?: string) =>
      fetch(`${url}/invoices`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    const { jwtService, otherService } = instance.registry;
    const [token, sibling] = [
      await issue(instance.issuer, jwtService),
      await issue(instance.issuer, jwtService),
    ];
    const answer = await get(token);
    expect([answer.status, await answer.json()]).toEqual([200, { readBy: jwtService.clientId }]);
    expect((await get()).status).toBe(401);
    expect((await get(await issue(instance.issuer, otherService))).status).toBe(401);
    await revokeAs(instance.issuer, jwtService, token);
    await expect.poll(async () => (await get(token)).status, { interval: 5 }).toBe(401);
    expect((await get(sibling)).status).toBe(200);
    expect(claimsOf(token).jti).not.toBe(claimsOf(sibling).jti);
  });
});

test("a permission that is missing is 403", async () => {
  const url = await run("Fastify-admin", EXAMPLES[1] as string);
  const token = await issue(instance.issuer, instance.registry.jwtService);
  const answer = await fetch(`${url}/admin`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(403);
  expect(answer.headers.get("www-authenticate")).toContain('scope="admin"');
});

test("a project in TypeScript finds the types, and its requests have a token", () => {
  const file = path.join(folder, "consumer.ts");
  writeFileSync(
    file,
    `import express from "express";
import { fastify } from "fastify";
import { createVerifier, VerifierError, type VerifiedToken } from "@tokenwarden/verifier";
import { requireToken } from "@tokenwarden/verifier/express";
import { tokens, requireToken as guard } from "@tokenwarden/verifier/fastify";
import { withToken } from "@tokenwarden/verifier/fetch";
const verifier = createVerifier({ issuer: "https://a.example", audience: "b" });
express().get("/", requireToken(verifier), (req, res) => { res.json({ id: req.token?.id.length }); });
const app = fastify();
app.register(tokens, { verifier, permissions: ["x"] });
app.get("/", { onRequest: guard(verifier) }, async (request) => request.token?.permissions.length);
export const GET: (request: Request) => Promise<Response> = withToken(verifier, (_request, token: VerifiedToken) => Response.json(token.id));
// @ts-expect-error the options are typed
createVerifier({ issuer: "https://a.example", audience: "b", mode: "relaxed" });
export const code = (error: unknown) => (error instanceof VerifierError ? error.code : null);
`,
  );
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        moduleResolution: "nodenext",
        target: "es2022",
        strict: true,
        noEmit: true,
        types: ["node"],
        skipLibCheck: true,
      },
      files: ["consumer.ts"],
    }),
  );
  const run = () => execFileSync(process.execPath, [TSC, "-p", folder], { encoding: "utf8", stdio: "pipe" });
  expect(run()).toBe("");
});

test("the tarball that the README tells how to make holds what is built and its README, and the commands there name it", () => {
  expect(packedFiles).toEqual(
    expect.arrayContaining(["package.json", "README.md", "dist/index.js", "dist/index.d.ts"]),
  );
  expect(
    packedFiles.filter((file) => !/^(?:package\.json|README\.md|dist\/[a-z-]+\.(?:js|d\.ts))$/.test(file)),
  ).toEqual([]);
  expect(packedFiles.filter((file) => /test/.test(file))).toEqual([]);
  expect(existsSync(path.join(folder, "node_modules/@tokenwarden/verifier/dist/index.js"))).toBe(true);
  const { version, scripts } = JSON.parse(readFileSync(path.join(ROOT, "verifier/package.json"), "utf8"));
  expect(README).toContain(`npm install ./tokenwarden-verifier-${version}.tgz`);
  expect(README).toContain("npm run build -w verifier\nnpm pack -w verifier");
  expect(scripts.build).toBe("tsc -p tsconfig.build.json");
});

test("the package needs jose and nothing else", () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, "verifier/package.json"), "utf8"));
  const root = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  expect(dependencies).toEqual({ jose: root.dependencies.jose });
});
