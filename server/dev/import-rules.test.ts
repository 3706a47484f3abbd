import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Each row of the dependency table in words: where, what it may import, and what it may not. */
const ROWS: { file: string; allowed: string[]; refused: string[] }[] = [
  {
    file: "lib/tokens/revoke-token.ts",
    allowed: ["./model.ts", "../audit/record-entry.ts", "#lib/context.ts", "node:crypto", "zod", "jose"],
    refused: [
      "react",
      "react-dom/server",
      "next",
      "next/headers",
      "fastify",
      "pg",
      "@prisma/client",
      "#lib/db/generated/client.ts",
      "@node-rs/argon2",
      "#app/_lib/context.ts",
      "#server/start-refusal.ts",
      "#components/x.tsx",
      "../../app/x.ts",
    ],
  },
  {
    file: "lib/tokens/revoke-token.db.test.ts",
    allowed: ["vitest", "fast-check", "pg", "#lib/db/test-database.ts"],
    refused: ["react", "fastify", "#app/x.ts", "#server/authority/app.ts", "../../server/x.ts"],
  },
  { file: "lib/passwords/hash-password.ts", allowed: ["@node-rs/argon2"], refused: ["pg", "next"] },
  {
    file: "lib/db/database.ts",
    allowed: ["pg", "@prisma/adapter-pg", "./generated/client.ts"],
    refused: ["next", "react"],
  },
  ...["model", "table"].map((name) => ({
    file: `lib/tokens/${name}.ts`,
    allowed: ["./model.ts", "../users/model.ts", "#lib/list-query/define-table.ts", "zod"],
    refused: ["node:crypto", "jose", "pg", "#lib/context.ts", "../audit/record-entry.ts", "react"],
  })),
  {
    file: "components/data-table/data-table.tsx",
    allowed: ["react", "@mantine/core", "../display/tag.tsx", "#components/x.tsx", "#lib/tokens/table.ts"],
    refused: [
      "#app/x.tsx",
      "#server/x.ts",
      "#lib/env.ts",
      "#lib/db/database.ts",
      "#lib/tokens/list-tokens.ts",
      "node:fs",
      "pg",
    ],
  },
  {
    file: "app/(console)/tokens/[id]/page.tsx",
    allowed: [
      "react",
      "next/link",
      "#components/x.tsx",
      "#lib/tokens/get-token.ts",
      "#app/_lib/context.ts",
      "../_components/x.tsx",
    ],
    refused: [
      "#server/x.ts",
      "#app/(console)/users/page.tsx",
      "../../users/_components/x.tsx",
      "../../../api/v1/route.ts",
      "pg",
    ],
  },
  {
    file: "server/authority/app.ts",
    allowed: ["fastify", "#lib/context.ts", "pg", "#server/supervisor/child.ts"],
    refused: [
      "react",
      "react-dom/server",
      "next",
      "next-auth",
      "@mantine/core",
      "#app/x.ts",
      "#components/x.tsx",
      "#verifier/index.ts",
    ],
  },
  {
    file: "server/reach/propagation.endpoint.test.ts",
    allowed: [
      "#verifier/index.ts",
      "@tokenwarden/verifier",
      "../authority/test-authority.ts",
      "#lib/context.ts",
    ],
    refused: ["react", "next", "#app/x.ts"],
  },
  { file: "server/console/main.ts", allowed: ["next"], refused: ["react", "next/headers", "#app/x.ts"] },
  {
    file: "verifier/verify.ts",
    allowed: ["jose", "./cache.ts", "node:crypto"],
    refused: ["zod", "express", "fastify", "#lib/tokens/model.ts", "../lib/tokens/model.ts"],
  },
  {
    file: "e2e/tests/tokens/revoke.spec.ts",
    allowed: ["@playwright/test", "../../pages/tokens.ts", "#lib/clients/create-client.ts"],
    refused: ["#app/x.ts", "#server/authority/app.ts", "../../../app/x.ts"],
  },
  {
    file: "bench/authority/run.ts",
    allowed: ["autocannon", "#lib/clients/create-client.ts", "#server/embedded-database/start.ts"],
    refused: ["#app/x.ts", "#server/authority/app.ts", "../../server/authority/app.ts"],
  },
];

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "tokenwarden-imports-")));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines on which each file was refused. */
const refusedLines = new Map<string, Set<number>>();

function refusedOf({ file, allowed, refused }: (typeof ROWS)[number]): string[] {
  return [...allowed, ...refused].filter((_, index) => refusedLines.get(file)?.has(index + 1));
}

beforeAll(() => {
  copyFileSync(path.join(ROOT, "biome.json"), path.join(folder, "biome.json"));
  for (const { file, allowed, refused } of ROWS) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    const imports = [...allowed, ...refused].map((name) => `import "${name}";\n`);
    writeFileSync(path.join(folder, file), imports.join(""));
  }
  const biome = path.join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  const only = ["--only=style/noRestrictedImports", "--vcs-enabled=false", "--max-diagnostics=none"];
  const args = [biome, "lint", ...only, "--reporter=github"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const found = stdout.matchAll(/title=lint\/style\/noRestrictedImports,file=([^,]+),line=(\d+)/g);
  for (const [, name = "", line] of found) {
    const file = path.relative(folder, path.resolve(folder, name));
    refusedLines.set(file, (refusedLines.get(file) ?? new Set()).add(Number(line)));
  }
}, 60_000);

describe("the linter holds the dependency table", () => {
  it.each(ROWS)("for $file", (row) => {
    expect(refusedOf(row)).toEqual(row.refused);
  });
});

describe("folders", () => {
  it("are named by thing, never utils, helpers, types or constants", () => {
    const names = ["app", "components", "lib", "server", "e2e", "bench", "verifier"].flatMap((top) => {
      try {
        return readdirSync(path.join(ROOT, top), { recursive: true, withFileTypes: true });
      } catch {
        return [];
      }
    });
    const bad = names.filter(
      (entry) => entry.isDirectory() && /^(utils?|helpers?|types|constants|common|misc)$/.test(entry.name),
    );
    expect(bad.map((entry) => path.join(entry.parentPath, entry.name))).toEqual([]);
  });
});
