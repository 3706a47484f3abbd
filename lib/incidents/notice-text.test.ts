import { expect, test } from "vitest";
import type { NoticeFacts } from "./model.ts";
import { noticeText } from "./notice-text.ts";

const token = { kind: "access", client: "billing", issuedAt: "2026-11-30T05:00:00.000Z" } as const;
const facts: NoticeFacts = {
  organisation: "Acme",
  caseNumber: 7,
  recipient: { kind: "user", name: "Ana" },
  bySecret: false,
  tokens: [
    { ...token, works: true, isSuspended: false },
    { ...token, works: false, isSuspended: true },
    { ...token, works: false, isSuspended: false },
  ],
  more: 0,
};

test("an owner is told of each token that it works, is suspended, or is over", () => {
  const { subject, body } = noticeText(facts, "");
  expect(subject).toBe("Acme: tokens of yours leaked (case 7)");
  const lines = body.split("\n").filter((line) => line.startsWith("  - access token"));
  expect(lines.map((line) => line.replace(/^.*UTC: /, ""))).toEqual([
    "still works",
    "suspended: refused now, can be given back",
    "does not work any more",
  ]);
});

test("who keeps a client of which a secret leaked is told of the secret, and not that its tokens were found", () => {
  const { subject, body } = noticeText(
    { ...facts, recipient: { kind: "client", name: "billing" }, bySecret: true },
    "",
  );
  expect(subject).toBe("Acme: a secret of an application of yours leaked (case 7)");
  expect(body).toContain('a secret of the application "billing" was found where it should not be.');
  expect(body).toContain("Tokens that the application, or whoever had it, got:");
  expect(body).not.toContain("tokens of the application");
});
