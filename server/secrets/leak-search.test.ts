import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { LeakSearch } from "./leak-search.ts";

const secret = `twc_${randomBytes(32).toString("base64url")}`;
const search = new LeakSearch();
search.add("secret", secret);
const noise = randomBytes(300_000);
const buried = (text: string) => Buffer.concat([noise, Buffer.from(text), noise]);

test.each([
  ["as it is", secret],
  ["in HTTP Basic, behind a name of any length", Buffer.from(`a:${secret}`).toString("base64")],
  ["in HTTP Basic, one byte later", Buffer.from(`ab:${secret}`).toString("base64")],
  ["in HTTP Basic, two bytes later", Buffer.from(`abc:${secret}`).toString("base64")],
  ["in HTTP Basic, halves the wrong way round", Buffer.from(`${secret}:id`).toString("base64url")],
  ["in hex", Buffer.from(secret).toString("hex")],
  ["as PostgreSQL writes bytea", `\\x${Buffer.from(secret).toString("hex").toUpperCase()}`],
  ["its first half", secret.slice(0, 26)],
  ["its last half", secret.slice(-26)],
  ["in lower case", secret.toLowerCase()],
  ["backwards", [...secret].reverse().join("")],
])("a planted secret is found %s", (_how, text) => {
  expect(search.find("here", buried(text))).toEqual([
    expect.objectContaining({ name: "secret", where: "here" }),
  ]);
});

test("bytes are found raw, in hex, base64 and base32", () => {
  const key = randomBytes(32);
  const keys = new LeakSearch();
  keys.add("key", key);
  for (const planted of [key, key.toString("hex"), key.toString("base64"), key.toString("base64url")])
    expect(keys.find("here", Buffer.concat([noise, Buffer.from(planted as string), noise]))).toHaveLength(1);
});

test("text that has to be encoded is found in URLs, JSON and HTML", () => {
  const password = 'päss wörd & "more" <of> it';
  const passwords = new LeakSearch();
  passwords.add("password", password);
  const html = password.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  for (const text of [
    encodeURIComponent(password),
    new URLSearchParams({ q: password }).toString(),
    JSON.stringify({ password }),
    html,
  ])
    expect(passwords.find("here", buried(text))).toHaveLength(1);
});

test("what is not there is not found", () => {
  expect(search.find("here", buried(`twc_${randomBytes(32).toString("base64url")}`))).toEqual([]);
});
