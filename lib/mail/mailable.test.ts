import { expect, test } from "vitest";
import { domainOf, isMailable } from "./mailable.ts";
import { oneLine } from "./one-line.ts";

test("plain addresses can be written to", () => {
  for (const address of ["ana@example.com", "a.b+c@mail.example.co", "o'neil@x-y.example", "1@2.example"])
    expect([address, isMailable(address)]).toEqual([address, true]);
  expect(domainOf("ana@mail.example.com")).toBe("mail.example.com");
});

test("what could be more than one address, a header, or a command of SMTP cannot", () => {
  const hostile = [
    "ana@example.com\r\nBcc: all@evil.example",
    "ana@example.com>\r\nRCPT TO:<all@evil.example",
    "a@example.com,b@example.com",
    "a@example.com b@example.com",
    '"a b"@example.com',
    "<ana@example.com>",
    "ana(comment)@example.com",
    "ana@[127.0.0.1]",
    "ana@localhost",
    "a..b@example.com",
    ".a@example.com",
    "ana@-x.example",
    "ana@ex\u0430mple.com",
    "ana\u0000@example.com",
    `${"a".repeat(65)}@example.com`,
    `a@${"b.".repeat(130)}com`,
    "",
    "@example.com",
    "ana@",
  ];
  for (const address of hostile) expect([address, isMailable(address)]).toEqual([address, false]);
});

test("text from outside is one line of so many characters, whole ones", () => {
  expect(oneLine(" a\r\n\tb\u2028c\u202ed\u0000 ", 20)).toBe("a b c d");
  expect(oneLine("😀😀", 3)).toBe("😀\ufffd");
});
