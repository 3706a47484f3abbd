import { expect, test, vi } from "vitest";
import { logProblem } from "./problem.ts";
import { readJson } from "./read-body.ts";

test("a body that breaks off is refused, and leaves no line in the log", async () => {
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"name":'));
      stream.error(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    },
  });
  const headers = { "content-type": "application/json" };
  const request = new Request("http://localhost/x", {
    method: "POST",
    body,
    headers,
    duplex: "half",
  } as never);
  const error = await readJson(request).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 400, code: "INCOMPLETE_BODY" });
  const lines = vi.spyOn(console, "error").mockImplementation(() => {});
  logProblem(error, "r-1", "POST /x");
  expect(lines).not.toHaveBeenCalled();
  lines.mockRestore();
});
