import { describe, expect, it } from "vitest";
import { residualWindow } from "./residual-window.ts";

const now = new Date("2026-11-28T12:00:00.000Z");
const of = (change: Partial<Parameters<typeof residualWindow>[0]> = {}) =>
  residualWindow({
    purpose: "access_token",
    now,
    jwksCacheSeconds: 600,
    isSuccessorUnknown: false,
    ...change,
  });

describe("what an emergency leaves open", () => {
  it("closes when no copy of the JWKS may be kept any more, with what an authority takes to hear of it", () => {
    expect(of().until.toISOString()).toBe("2026-11-28T12:10:06.000Z");
    expect(of({ jwksCacheSeconds: 90 }).until.toISOString()).toBe("2026-11-28T12:01:36.000Z");
    expect(of({ jwksCacheSeconds: 90 }).says.join(" ")).toContain("for 90 seconds");
    expect(of({ jwksCacheSeconds: 60 }).says.join(" ")).toContain("for 1 minute:");
  });

  it("says that a new key is in no cache, and nothing of it where a standby key signs", () => {
    const says = (isSuccessorUnknown: boolean) => of({ isSuccessorUnknown }).says.join(" ");
    expect(says(true)).toContain("The new key is in no cache yet");
    expect(says(false)).not.toContain("in no cache yet");
  });

  it("does not promise that an order reaches what is not registered", () => {
    for (const purpose of ["id_token", "status_list", "feed", "checkpoint"] as const) {
      const says = of({ purpose }).says.join(" ");
      expect(says).toContain("no order reaches it");
      expect(says).not.toContain("Authorities refuse");
    }
  });
});
