import { expect, test, vi } from "vitest";
import { logProblem } from "./problem.ts";
import { readJson, readNoJson } from "./read-body.ts";

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

const sent = (body: string, type = "application/json") =>
  new Request("http://localhost/x", { method: "POST", body, headers: { "content-type": type } });

test.each([
  ["", "is not JSON: it is empty"],
  [" \n", "is not JSON: it is empty"],
  ['{"name":"twk_abcdefgh', "is not JSON: it ends before it is whole at line 1, column 22"],
  ['{"name":\n twk_abcdefgh}', "is not JSON: it breaks at line 2, column 3"],
])("%j is refused with where it is no JSON, and nothing of it is repeated", async (body, message) => {
  const error = await readJson(sent(body)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    status: 400,
    message: `body: ${message}`,
    fields: [{ path: "body", message }],
  });
});

test("where none is taken, a body of no bytes is none, of whatever type", async () => {
  expect(await readNoJson(sent("", "application/x-www-form-urlencoded"))).toBeUndefined();
  expect(await readNoJson(new Request("http://localhost/x", { method: "POST" }))).toBeUndefined();
  expect(await readNoJson(sent("{}"))).toEqual({});
  await expect(readNoJson(sent("{}", "text/plain"))).rejects.toMatchObject({ status: 415 });
});
