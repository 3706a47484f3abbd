import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimModules, codeModules, requestModules, sessionModules } from "./basic.ts";
import { configurationModules } from "./configuration.ts";
import { logoutModules } from "./logout.ts";
import { NOT_APPLICABLE, PLANS } from "./modules.ts";
import { heldModules, type Suite, startSuite } from "./suite.ts";

let suite: Suite;
const suiteOf = () => suite;

beforeAll(async () => {
  suite = await startSuite();
});
afterAll(() => suite.instance.stop());

describe("oidcc-basic-certification-test-plan", () => {
  requestModules(suiteOf);
  claimModules(suiteOf);
  sessionModules(suiteOf);
  codeModules(suiteOf);
});
describe("oidcc-rp-initiated-logout-certification-test-plan", () => logoutModules(suiteOf));
describe("oidcc-config-certification-test-plan and oidcc-server-rotate-keys", () =>
  configurationModules(suiteOf));

test("every module of the plans is held, or left out for a reason that is written down", () => {
  const left = new Map(Object.entries(NOT_APPLICABLE));
  const named = Object.values(PLANS).flat();
  const answered = new Set<string>([...heldModules(), ...left.keys()]);
  expect(named.filter((id) => !answered.has(id))).toEqual([]);
  expect([...heldModules()].filter((id) => left.has(id))).toEqual([]);
});
