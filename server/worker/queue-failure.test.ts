import { expect, test } from "vitest";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { readQueueFailure } from "./queue-failure.ts";

test("a failed job's bare object is the error that it was, with the job's name", () => {
  const was = Object.assign(new Error("no connection"), { code: "ECONNREFUSED" });
  const told = {
    ...was,
    message: was.message,
    stack: was.stack as string,
    queue: "tally-tokens",
    worker: "1",
  };
  const { error, job } = readQueueFailure(told);
  expect(error).toBeInstanceOf(Error);
  expect([error.message, error.stack]).toEqual([was.message, was.stack]);
  expect([job, isUnavailable(error)]).toEqual(["tally-tokens", true]);
});

test("an error of the queue itself stays what it is", () => {
  const error = new TypeError("x is no function");
  expect(readQueueFailure(error)).toEqual({ error, job: undefined });
});
