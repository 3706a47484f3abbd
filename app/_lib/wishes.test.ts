import { expect, test } from "vitest";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { isGuarded } from "./openapi-answers.ts";
import { wishOf } from "./wishes.ts";

/** What is asked again for and never waits: see the access matrix. */
const OF_ONE_ALONE = new Set(["/api/v1/sign-in-providers/test", "/api/v1/restore/confirm"]);
const waiting = () => allRoutes().filter(({ spec }) => isGuarded(spec) && !OF_ONE_ALONE.has(spec.path));

test("every act that may wait for a second person has a short title of its own, which is not its summary", () => {
  expect(waiting().length).toBeGreaterThan(40);
  const wrong = waiting().flatMap(({ spec }) => {
    const wish = wishOf(spec);
    const isTitle =
      wish !== null && wish.length <= 60 && wish !== spec.summary.split(";")[0] && !/[`.]/.test(wish);
    return isTitle ? [] : [`${spec.method} ${spec.path}: ${wish}`];
  });
  expect(wrong).toEqual([]);
});
