import { expect, test } from "vitest";
import { loginPage } from "#server/authority/pages/login.ts";
import { findForms } from "./html-form.ts";

test("reads the authority's own sign-in page", () => {
  const page = loginPage({
    action: "/interaction/abc",
    goal: 'Tom & "Jerry"',
    canCancel: true,
    notice: null,
    email: "inès&co@northwind.example",
    problem: null,
    organisation: "Northwind",
    environment: "Test",
  });
  const [form] = findForms(page);
  expect(form?.action).toBe("/interaction/abc");
  expect(form?.fields).toMatchObject([
    { name: "email", type: "email", value: "inès&co@northwind.example" },
    { name: "password", type: "password", value: "" },
  ]);
  expect(form?.buttons.map(({ value }) => value)).toEqual(["sign_in", "cancel"]);
});

test("leaves out what a browser would not send", () => {
  const [form] = findForms(`<form method=post action='/x'><input type="hidden" name="a" value="1 &lt; &#50;">
    <input type=checkbox name=off><input type=checkbox name=on checked><input name="no" disabled><input value="nameless">
    <button type="button" name="b">later</button><input type="submit" name="go" value="Go"></form>`);
  expect(form?.fields.map(({ name, value }) => [name, value])).toEqual([
    ["a", "1 < 2"],
    ["on", "on"],
  ]);
  expect(form?.buttons).toMatchObject([{ name: "go", value: "Go" }]);
});

test("finds no form that is not posted", () => {
  expect(findForms('<form action="/search"><input name="q"></form><p>nothing</p>')).toEqual([]);
});
