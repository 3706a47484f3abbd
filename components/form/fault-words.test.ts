import { expect, test } from "vitest";
import { faultAt, faultWords, isRepeated } from "./fault-words.ts";

test("says seconds in the units that people use", () => {
  expect(faultWords("must be at most 86400 seconds")).toBe("Must be at most 1 day");
  expect(faultWords("must be from 60 to 5400 seconds")).toBe("Must be 1 minute to 1 hour 30 minutes");
  expect(faultWords("must be at least 300 seconds (access token)")).toBe(
    "Must be at least 5 minutes (access token)",
  );
  expect(faultWords("must be a whole number of seconds")).toBe("Must be a whole number of seconds");
});

test("finds what is wrong at a field and inside of it, and nothing for a field whose name only begins alike", () => {
  const errors = [
    { path: "redirectUris.1", message: "must be https" },
    { path: "customClaims.aud", message: "is a claim that a standard owns" },
    { path: "nameOfOwner", message: "must not be empty" },
  ];
  expect(faultAt(errors, "redirectUris")).toBe("Line 2: must be https");
  expect(faultAt(errors, "customClaims")).toBe("aud is a claim that a standard owns");
  expect(faultAt(errors, "name")).toBeUndefined();
  expect(faultAt(errors, "nameOfOwner")).toBe("Must not be empty");
});

test("knows a sentence that only repeats what is listed below it", () => {
  const errors = [{ path: "text", message: "must not be empty" }];
  expect(isRepeated("text: must not be empty", errors)).toBe(true);
  expect(isRepeated("text: must not be empty.", errors)).toBe(true);
  expect(isRepeated("The password is among those that are guessed first.", errors)).toBe(false);
});
