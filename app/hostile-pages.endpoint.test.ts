import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PAGE_ACCESS } from "./_lib/access-matrix.ts";
import { type BuiltConsole, isBuilt, startBuiltConsole } from "./_lib/test-built-console.ts";

let console: BuiltConsole;

beforeAll(async () => {
  if (isBuilt) console = await startBuiltConsole();
});
afterAll(async () => {
  if (isBuilt) await console.stop();
});

const INSIDE = /node_modules|\bat .+\.(?:ts|js):\d+|\/work\/|syntax error|invalid input syntax|ECONN/;
/** Markup that came in by the address; Next writes text into scripts with `<` as an escape. */
const MARKUP = /<script>alert|<img src=x|<svg onload|"><script/i;

const VALUES = [
  '"><script>alert(1)</script>',
  "<img src=x onerror=alert(1)>",
  "' OR '1'='1",
  "\0",
  "\u202e\u001b[2J",
  "__proto__",
  "1000000000",
  "NaN",
  "-1",
  "x".repeat(900),
];
const NAMES = [
  "q",
  "open",
  "sort",
  "size",
  "cursor",
  "state",
  "at",
  "client",
  "user",
  "permission",
  "nosuch",
  "__proto__",
  "q[$ne]",
];

async function get(target: string) {
  const response = await fetch(`${console.origin}${target}`, {
    redirect: "manual",
    headers: { cookie: console.cookie, accept: "text/html" },
  });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

const lists = Object.keys(PAGE_ACCESS).filter(
  (path) => !path.includes("[") && path !== "/setup" && path !== "/sign-in",
);
const details = Object.keys(PAGE_ACCESS).filter((path) => path.includes("[id]"));

describe.skipIf(!isBuilt)("a page whose address holds hostile parameters is shown without them", () => {
  test.each(lists)("%s", async (path) => {
    // every name meets another value in each of the addresses
    const queries = [0, 3, 7].map((turn) =>
      String(new URLSearchParams(NAMES.map((name, at) => [name, VALUES[(at + turn) % VALUES.length] ?? ""]))),
    );
    for (const query of [...queries, "q=a&q=b&sort=a&sort=b&open=../../x&q=%ff%fe&size=%zz&%00=%00&&&=&="]) {
      const { status, headers, html } = await get(`${path}?${query}`);
      expect([200, 307, 404], `${status} ${query.slice(0, 100)}`).toContain(status);
      expect(headers.get("location") ?? "/").toMatch(/^\/(?![/\\])/);
      expect(headers.get("cache-control")).toMatch(/no-store/);
      expect(headers.get("content-security-policy")).toMatch(/script-src 'self' 'nonce-/);
      expect(html).not.toMatch(MARKUP);
      expect(html).not.toMatch(INSIDE);
    }
  });
});

describe.skipIf(!isBuilt)("the page of an id that is none answers 404 and says that it is not there", () => {
  test.each(details)("%s", async (path) => {
    for (const id of [
      "01a20000-0000-7000-8000-00000000dead",
      "%00",
      "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
      "..%2f..%2fme",
    ]) {
      const { status, html } = await get(path.replace("[id]", id));
      expect(status, id).toBe(404);
      expect(html).not.toMatch(MARKUP);
      expect(html).not.toMatch(INSIDE);
      expect(html).toMatch(/NEXT_HTTP_ERROR_FALLBACK;404|not there|no such|was not found/i);
    }
  });
});
