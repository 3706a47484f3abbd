import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { FactBook, type Subject } from "./fact-book.ts";
import type { OrderFact, TargetKind } from "./facts.ts";

const NOW = 1_800_000_000_000;
const DAY_SECONDS = 86_400;
const WIDE: TargetKind[] = ["session", "user", "client", "permission", "group", "audience", "everything"];

let position = 0;
function fact(change: Partial<OrderFact>): OrderFact {
  position += 1;
  return {
    position,
    order: randomUUID(),
    verb: "revoke",
    target: { kind: "user", id: "ana" },
    cutoff: NOW,
    from: null,
    until: null,
    cancels: null,
    expires: NOW / 1_000 + DAY_SECONDS,
    ...change,
  };
}
const ana: Subject = {
  id: randomUUID(),
  family: randomUUID(),
  session: "s",
  user: "ana",
  client: "c",
  permissions: ["p"],
  groups: ["g"],
  audiences: ["a"],
  signingKey: "k",
  rootedAt: NOW - 1_000,
};

test("a year of orders upon users, clients, sessions and names takes no more room than a day's: what reaches no living token is forgotten", () => {
  const book = new FactBook();
  let most = 0;
  for (let day = 0; day < 365; day += 1) {
    const now = NOW + day * DAY_SECONDS * 1_000;
    for (let n = 0; n < 100; n += 1) {
      const kind = WIDE[n % WIDE.length] as TargetKind;
      const verb = n % 3 === 0 ? "suspend" : "revoke";
      const expires = now / 1_000 + DAY_SECONDS;
      book.take(fact({ verb, target: { kind, id: `${kind} ${day} ${n}` }, cutoff: now, expires }));
    }
    book.sweep(now);
    most = Math.max(most, book.size);
  }
  expect(most).toBeLessThanOrEqual(300);
  book.sweep(NOW + 370 * DAY_SECONDS * 1_000);
  expect(book.size).toBe(0);
});

test("an order is kept until ten minutes after its last token, and one that says no end is kept", () => {
  const book = new FactBook();
  book.take(fact({}));
  book.take(fact({ target: { kind: "signing_key", id: "k" }, cutoff: null, expires: null }));
  book.sweep(NOW + (DAY_SECONDS + 599) * 1_000);
  expect(book.size).toBe(2);
  expect(book.standing({ ...ana, signingKey: null }, NOW)).toBe("revoked");
  book.sweep(NOW + (DAY_SECONDS + 601) * 1_000);
  expect(book.size).toBe(1);
  expect(book.standing({ ...ana, signingKey: null }, NOW)).toBe("good");
  expect(book.standing(ana, NOW)).toBe("revoked");
});

test("what was called off leaves with its cancellation, and never began", () => {
  const book = new FactBook();
  const coming = fact({ from: NOW + 1_000 });
  book.take(coming);
  book.take(fact({ verb: "cancel", cancels: coming.order, expires: null }));
  // one whose order a snapshot left out
  book.take(fact({ verb: "cancel", cancels: randomUUID(), expires: null }));
  expect(book.standing(ana, NOW + 2_000)).toBe("good");
  book.sweep(NOW);
  expect(book.standing(ana, NOW + 2_000)).toBe("good");
  book.sweep(NOW);
  expect(book.size).toBe(0);
});
