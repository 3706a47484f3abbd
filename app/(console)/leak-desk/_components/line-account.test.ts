import { createHash, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type PastedValue, readPaste } from "#components/token-input/read-paste.ts";
import { uuidv7 } from "#lib/ids.ts";
import type { FoundAs, IdentifiedValue } from "#lib/incidents/model.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { accountOf } from "./line-account.ts";

const at = Date.UTC(2026, 10, 28);
const sha256 = (value: string) => createHash("sha256").update(value).digest("hex");
const base64url = (value: string) => Buffer.from(value).toString("base64url");

function jwt(claims: object): string {
  const part = (value: unknown) => base64url(JSON.stringify(value));
  return `${part({ alg: "ES256" })}.${part({ jti: uuidv7(at), ...claims })}.${"s1".repeat(43)}`;
}

/** An answer of the desk to what was pasted, as which of `hashes` it is; anything else is not on record. */
function answerOf(values: readonly PastedValue[], hashes: ReadonlyMap<string, FoundAs>): IdentifiedValue[] {
  return values.map(({ id, hash }) => ({
    is: hashes.get(hash ?? id ?? "") ?? "foreign",
    token: null,
    secret: null,
    own: null,
  }));
}

/** In an order that is the same each time, no two that were beside each other still so. */
function mixed<Thing>(things: readonly Thing[]): Thing[] {
  const step = 7_919;
  return things.map((_, index) => things[(index * step) % things.length] as Thing);
}

test("of ten thousand pasted lines each is accounted for once: the sum is what was pasted", () => {
  const hashes = new Map<string, FoundAs>();
  const many = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => make(index));
  const known = (is: FoundAs, value: string) => {
    hashes.set(sha256(value), is);
    return value;
  };
  const live = many(1_500, () => known("live", makeOpaque("twa_", uuidv7(at))));
  const secrets = many(120, (index) => known("ended", `twc_${String(index).padStart(43, "A")}`));
  const broken = many(200, () => {
    const value = known("suspended", jwt({}));
    return `> ${value.slice(0, 60)}\n> ${value.slice(60, 120)}\n> ${value.slice(120)}`;
  });
  const blocks = [
    ...live.map((value) => `Authorization: Bearer ${value}`),
    ...secrets.map((value) => `CLIENT_SECRET=${value}`),
    ...broken,
    ...many(1_000, () => known("differs", jwt({ iss: "https://ours.example.com" }))),
    ...many(1_300, () => jwt({ iss: "https://accounts.example.net" })),
    ...many(400, () => jwt({ iss: "https://login.example.org" })),
    ...many(900, () => randomUUID()),
    ...many(700, () => sha256(randomUUID())),
    // the same as another, of each kind
    ...live.slice(0, 800).map((value) => `again: ${value}`),
    ...secrets.slice(0, 20).map((value) => value),
    ...many(80, (index) => `tws_${String(index).padStart(43, "B")}`),
    ...many(2_000, () => Buffer.from(sha256(randomUUID()), "hex").toString("base64")),
    ...many(480, () => "a line of a log, with nothing"),
    ...many(100, (index) => (index % 2 === 0 ? "" : " \t ")),
  ];
  const text = mixed(blocks).join("\n");
  const total = text.split("\n").length;
  expect(total, "what was pasted").toBe(10_000);
  const { values, ...paste } = readPaste(text);
  const found = answerOf(values, hashes);
  const account = accountOf({ found, paste });
  const count = Object.fromEntries(account.map(({ is, lines }) => [is, lines.length]));
  expect(count).toEqual({
    live: 1_500,
    suspended: 200,
    differs: 1_000,
    ended: 120,
    foreign: 3_300,
    again: 820,
    part: 400,
    secret: 80,
    nothing: 2_480,
    blank: 100,
  });
  const numbers = account.flatMap(({ lines }) => lines).sort((one, other) => one - other);
  expect(numbers, "each once").toEqual(Array.from({ length: total }, (_, index) => index + 1));
  expect(account.find(({ is }) => is === "foreign")?.issuers).toEqual([
    { issuer: "https://accounts.example.net", lines: 1_300 },
    { issuer: "https://login.example.org", lines: 400 },
    { issuer: null, lines: 1_600 },
  ]);
});

test("a line with several values counts as what is worst of them; base64 over lines is one value and its rest", () => {
  const [one, other, third] = [1, 2, 3].map(() => makeOpaque("twa_", uuidv7(at))) as [string, string, string];
  const encoded = Buffer.from(`{"auth":"x:${third}","note":"${"y".repeat(60)}"}`)
    .toString("base64")
    .replace(/.{76}/g, "$&\n");
  const { values, ...paste } = readPaste(`${one} ${other}\n${encoded}\n&nbsp;\n${other}\n`);
  const hashes = new Map<string, FoundAs>([
    [sha256(one), "ended"],
    [sha256(other), "live"],
    [sha256(third), "left"],
  ]);
  const account = accountOf({ found: answerOf(values, hashes), paste });
  const parts = encoded.split("\n").length - 1;
  expect(parts).toBeGreaterThan(0);
  expect(account.map(({ is, lines }) => [is, lines])).toEqual([
    ["live", [1]],
    ["left", [2]],
    ["again", [parts + 4]],
    ["part", Array.from({ length: parts }, (_, index) => index + 3)],
    ["nothing", [parts + 3]],
  ]);
});
