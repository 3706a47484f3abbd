import { expect, test } from "vitest";
import { approvalWords, approveTitleOf } from "./words.ts";

test("the dialog says that approving does it only where it does", () => {
  expect(approveTitleOf({ runBy: "approver", kinds: ["roles"] })).toBe("Approve and do it");
  expect(approveTitleOf({ runBy: "requester", kinds: ["roles"] })).toBe("Let who asked do it");
  expect(approveTitleOf({ runBy: "requester", kinds: ["exports"] })).toBe("Let who asked have the file");
  expect(approvalWords.approveRunText({ kind: "api_token", name: "os root" })).toContain(
    "Approving does not do it. The API token os root can do it then, once",
  );
  expect(approvalWords.approveRunText({ kind: "admin", name: "o@example.com" })).toContain(
    "Approving does not do it. o@example.com can do it then, once",
  );
});
