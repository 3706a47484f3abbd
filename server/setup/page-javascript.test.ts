import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tooMuchJavascript } from "./check-page-javascript.mjs";
import { listPageJavascript, MAX_OF_ANY, MAX_OF_LISTS } from "./page-javascript.mjs";

const SCRIPTS = {
  "react.js": "a".repeat(50_000),
  "shared.js": "bc".repeat(999),
  "list.js": "let x=1;",
  "never.js": "no",
};
const sizeOf = (...names: (keyof typeof SCRIPTS)[]) =>
  names.reduce((sum, name) => sum + gzipSync(SCRIPTS[name]).length, 0);

let build: string;

function addPage(entry: string, scripts: Record<string, string[]>) {
  const file = path.join(build, "server/app", `${entry}_client-reference-manifest.js`);
  mkdirSync(path.dirname(file), { recursive: true });
  const manifest = JSON.stringify({ entryJSFiles: scripts });
  writeFileSync(
    file,
    `globalThis.__RSC_MANIFEST = globalThis.__RSC_MANIFEST || {};\nglobalThis.__RSC_MANIFEST[${JSON.stringify(entry)}] = ${manifest};`,
  );
}

beforeAll(() => {
  build = mkdtempSync(path.join(tmpdir(), "tokenwarden-build-"));
  writeFileSync(path.join(build, "build-manifest.json"), JSON.stringify({ rootMainFiles: ["react.js"] }));
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(path.join(build, name), text);
  addPage("/(console)/tokens/(list)/page", {
    "[project]/app/layout": ["shared.js"],
    "[project]/app/(console)/tokens/(list)/page": ["shared.js", "list.js"],
  });
  addPage("/(console)/keys/[id]/page", { "[project]/app/layout": ["shared.js"] });
  addPage("/_global-error/page", { "[project]/app/layout": ["never.js"] });
});
afterAll(() => rmSync(build, { recursive: true }));

test("each page of a build has the compressed sum of what it and what it stands in load, each piece once, the largest first", () => {
  expect(listPageJavascript(build)).toEqual([
    { page: "/tokens", bytes: sizeOf("react.js", "shared.js", "list.js"), max: MAX_OF_LISTS },
    { page: "/keys/[id]", bytes: sizeOf("react.js", "shared.js"), max: MAX_OF_ANY },
  ]);
});

test("a page that loads more than it may is named, with how much and what the most is; one at the limit is not", () => {
  const pages = [
    { page: "/tokens", bytes: MAX_OF_LISTS + 50, max: MAX_OF_LISTS },
    { page: "/keys", bytes: MAX_OF_ANY, max: MAX_OF_ANY },
  ];
  expect(tooMuchJavascript(pages)).toEqual([
    "/tokens loads 260.1 kB of compressed JavaScript; 260.0 kB is the most",
  ]);
});
