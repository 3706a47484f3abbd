import { globSync } from "node:fs";
import path from "node:path";
import { fill, type Operation } from "./drive-console.ts";
import { ROLES, type SecretsRun } from "./secrets-run.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

async function driveOperation(
  run: SecretsRun,
  operation: Operation,
  role: string,
  bait: string,
  id: string,
): Promise<number> {
  const headers = {
    authorization: `Bearer ${run.apiTokens.get(role)}`,
    "user-agent": `script/${bait}`,
    referer: `https://x.example/?${bait}`,
  };
  const at = operation.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id));
  const query = new URLSearchParams(operation.query.map((name) => [name, bait]));
  const ask = {
    method: operation.method,
    headers,
    ...(operation.body === null ? {} : { json: fill(operation.body, bait) }),
  };
  const { status } = await run.console.ask(at, ask);
  if (operation.query.length > 0) await run.console.ask(`${at}?${query}`, ask);
  return status;
}

export async function driveConsoleWrongly(run: SecretsRun): Promise<void> {
  for (const operation of run.operations) {
    const kind = /^\/api\/v1\/(\w+)s\//.exec(operation.path)?.[1] ?? "";
    // what would end the run.sessions and accounts of this very run meets run.ids of nobody
    const isFinal = /end-sessions|\/(?:disable|enable|role)$/.test(operation.path);
    const id = isFinal ? "01a20000-0000-7000-8000-00000000dead" : (run.ids[kind] ?? run.ids.user ?? "");
    for (const [name, bait] of run.baits) {
      // what would take the very tokens back that are looked for
      if (operation.path === "/api/v1/api-tokens/{id}/revoke" && name === "API token") continue;
      await driveOperation(run, operation, "owner", bait, bait);
      await driveOperation(run, operation, "owner", bait, id);
    }
    const bait = run.bait("jwt access token");
    for (const role of ROLES.slice(1)) await driveOperation(run, operation, role, bait, id);
    const headers = { authorization: `Bearer ${run.ownerToken()}` };
    const at = operation.path.replaceAll(/\{\w+\}/g, id);
    await run.console.ask(`${at}?${bait}=${bait}`, { method: operation.method, headers });
    if (operation.body !== null) {
      await run.console.ask(at, { method: operation.method, headers, json: { [bait]: bait } });
      await run.console.ask(at, {
        method: operation.method,
        headers: { ...headers, "content-type": "text/plain" },
        form: { [bait]: bait },
      });
    }
    await run.console.ask(at, { method: operation.method, headers: { authorization: `Bearer ${bait}x` } });
  }
  for (const bait of run.baits.values()) {
    await run.console.ask(`/${bait}`);
    await run.console.ask(`/api/v1/${bait}`);
    await run.console.ask(`/api/auth/signin/${bait}?callbackUrl=${bait}`);
    await run.console.ask("/api/auth/callback/credentials", {
      form: { email: bait, password: bait, code: bait.slice(0, 16), csrfToken: bait },
    });
    await run.console.ask("/api/v1/me", { headers: { cookie: `tokenwarden.session=${bait}` } });
  }
  for (const email of [...run.secrets]
    .filter(([name]) => name.startsWith("password of"))
    .map(([, value]) => value.toString()))
    await run.console.signIn({ email, password: "wrong", totpSecret: "AAAAAAAA" }, 0).catch(() => {});
  for (const at of ["/api/auth/providers", "/api/auth/session", "/api/auth/csrf", "/api/health"])
    await run.console.ask(at);
}

/** Every page as every role, as HTML and as the payload that a click fetches. */
export async function visitPages(run: SecretsRun): Promise<string[]> {
  const pages = globSync("app/**/page.tsx", { cwd: ROOT }).map(
    (file) =>
      `/${path
        .dirname(file)
        .split(path.sep)
        .slice(1)
        .filter((part) => !part.startsWith("("))
        .join("/")}`,
  );
  const rows = await run.query<{ kind: string; id: string }>(
    `(SELECT 'tokens' AS kind, id::text FROM token ORDER BY issued_at DESC LIMIT 1) UNION ALL (SELECT 'acts', id::text FROM audit_entry ORDER BY at DESC LIMIT 1)
     UNION ALL (SELECT 'orders', id::text FROM revocation_order LIMIT 1)`,
  );
  const found = Object.fromEntries(rows.map((row) => [row.kind, row.id]));
  const bait = run.bait("jwt access token");
  const broken: string[] = [];
  for (const page of pages) {
    const parent = page.split("/").at(page.endsWith("/edit") ? -3 : -2) ?? "";
    const at = page.replace("[id]", found[parent] ?? run.ids[parent.replace(/s$/, "")] ?? "none");
    for (const [role, cookies] of [...run.sessions, ["nobody", new Map<string, string>()] as const])
      for (const headers of [{}, { rsc: "1", "next-router-prefetch": "1" }, { rsc: "1" }] as Record<
        string,
        string
      >[]) {
        const first = await run.console.ask(at, { headers }, cookies);
        // a payload is asked for by an address that says what of it
        const marked = first.headers.get("location") ?? "";
        const isMarked = first.status === 307 && /[?&]_rsc\b/.test(marked);
        const { status } = isMarked ? await run.console.ask(marked, { headers }, cookies) : first;
        if (status >= 500) broken.push(`${role} ${at} ${status}`);
      }
    const owner = run.sessions.get("owner");
    await run.console.ask(
      `${at}?q=${bait}&client=${bait}&cursor=${bait}&token=${bait}&next=${bait}&error=${bait}`,
      { headers: { "user-agent": bait } },
      owner,
    );
  }
  return broken;
}
