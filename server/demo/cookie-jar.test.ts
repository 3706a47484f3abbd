import { expect, test } from "vitest";
import { CookieJar } from "./cookie-jar.ts";

test("sends a cookie only below its path, the longest path first (RFC 6265 section 5.4)", () => {
  const jar = new CookieJar();
  jar.take(["session=s; Path=/; HttpOnly", "step=1; path=/interaction/abc; Max-Age=600"]);
  expect(jar.header("/interaction/abc")).toBe("step=1; session=s");
  expect(jar.header("/interaction/abc/more")).toBe("step=1; session=s");
  expect(jar.header("/interaction/abcd")).toBe("session=s");
  expect(new CookieJar().header("/")).toBeUndefined();
});

test("replaces a cookie of the same name and path, and forgets one that is expired", () => {
  const jar = new CookieJar();
  jar.take(["a=1; Path=/", "b=2; Path=/"]);
  jar.take(["a=x=y; Path=/", "b=; Path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
  expect(jar.header("/")).toBe("a=x=y");
});
