import { expect, test } from "vitest";
import { auditEntriesTable, tokenUsesTable } from "../audit/table.ts";
import { defineTable } from "./define-table.ts";
import { formatStatus, parseStatus } from "./http-status.ts";
import { parseListQuery, parseListQueryStrict } from "./parse-list-query.ts";
import { formatTypedQuery, parseTypedQuery } from "./typed-query.ts";

test.each([
  ["-client:billing", { notClient: ["billing"] }, "-client:billing"],
  ["client!=billing", { notClient: ["billing"] }, "-client:billing"],
  ["client:a -client:b -client:c", { client: ["a"], notClient: ["b", "c"] }, "client:a -client:b -client:c"],
  ["-outcome:issued", { notOutcome: ["issued"] }, "-outcome:issued"],
  [
    "-ip:2001:DB8:0:0::1 -ip:192.0.2.7",
    { notIp: ["192.0.2.7", "2001:db8::1"] },
    "-ip:192.0.2.7 -ip:2001:db8::1",
  ],
  ["-place:germany", { notCountry: ["DE"] }, "-country:DE"],
  ["-asn:15169", { notNetwork: ["AS15169"] }, "-network:AS15169"],
  ['path:/v1/invoices -path:"/he alth"', { path: ["/v1/invoices"], notPath: ["/he alth"] }, null],
  ["method:post", { method: ["POST"] }, "method:POST"],
  ["ua:curl -agent:Bot", { agent: ["curl"], notAgent: ["Bot"] }, "agent:curl -agent:Bot"],
  ["status:5xx status:404", { status: ["404", "5xx"] }, "status:404 status:5xx"],
  ["status>=400", { status: ["400.."] }, "status>=400"],
  ["status>399", { status: ["400.."] }, "status>=400"],
  ["status<300", { status: ["..299"] }, "status<=299"],
  ["-status>=500", { notStatus: ["5xx"] }, "-status:5xx"],
  ["status:500..599", { status: ["5xx"] }, "status:5xx"],
  ["path:/v1/*", { path: ["/v1/"] }, "path:/v1/"],
  ["path:*invoices*", { path: ["invoices"] }, "path:invoices"],
  ["path:*/invoices", { path: ["*/invoices"] }, null],
  ["-path:/V1*", { notPath: ["/V1"] }, "-path:/V1"],
])("reads %s, and writes it in one way", (text, filters, written) => {
  const parsed = parseTypedQuery(tokenUsesTable, text);
  expect(parsed).toEqual({ filters, problems: [] });
  expect(formatTypedQuery(tokenUsesTable, parsed.filters)).toBe(written ?? text);
});

test("what is left out stands in the address under a name of its own, on the acts' list too", () => {
  const { filters } = parseListQueryStrict(
    tokenUsesTable,
    new URLSearchParams("notClient=a&notClient=b&status=>=400"),
  );
  expect(filters).toEqual({ notClient: ["a", "b"], status: ["400.."] });
  expect(parseTypedQuery(auditEntriesTable, "-by:system -act:admin.signed_in").filters).toEqual({
    notBy: ["system"],
    notAct: ["admin.signed_in"],
  });
});

test.each([
  ["-at<24h", "Values of at cannot be left out here."],
  ["-nothing:x", "There is no filter nothing."],
  ...["6", "..", "500..400", "9xx", "6xx", "600", "600..", "099", "0xx", "500..600"].map((status) => [
    `status:${status}`,
    "status: Is no status of HTTP, which are 100 to 599: write 404, 5xx, >=400 or 400..499.",
  ]),
  ["status>599", "status: Is no status of HTTP, which are 100 to 599: write 404, 5xx, >=400 or 400..499."],
  ["status<100", "status: Is no status of HTTP, which are 100 to 599: write 404, 5xx, >=400 or 400..499."],
  ["path:/v1/*/lines", "path: Has a * in its middle: write one at an end, as in /v1/* or */invoices."],
  ["path:*", "path: Has a * in its middle: write one at an end, as in /v1/* or */invoices."],
  ["method:G=T", "method: Is no method of HTTP: write GET, POST and the like."],
  ["client>=5", "client takes a colon."],
  [
    "-ip:10.0.0.0/8",
    "-ip: Is no IP address: write one whole, such as 203.0.113.7 or 2001:db8::1, and no range.",
  ],
])("names %s as what it does not understand", (text, message) => {
  expect(parseTypedQuery(tokenUsesTable, text).problems.map((one) => one.message)).toEqual([message]);
});

test("a list without negations says that it has none, and searches for a minus where it is no key", () => {
  const plain = defineTable({
    name: "plain",
    search: "q",
    filters: { q: { kind: "text", label: "Search" }, client: { kind: "set", label: "Client" } },
    sorts: { at: { label: "When", type: "time" } },
    defaultSort: { key: "at", direction: "desc" },
  });
  expect(parseTypedQuery(plain, "-client:x").problems).toHaveLength(1);
  expect(parseTypedQuery(plain, "-x").filters).toEqual({ q: "-x" });
  expect(parseListQuery(plain, new URLSearchParams("notClient=x")).query.filters).toEqual({});
});

test("every status is within what it is written as", () => {
  for (let from = 100; from <= 599; from += 1)
    for (let to = from; to <= 599; to += 7)
      expect(parseStatus(formatStatus({ from, to }))).toEqual({ from, to });
});

test("an address is found in any spelling", () => {
  const ipOf = (text: string) =>
    parseListQueryStrict(tokenUsesTable, new URLSearchParams({ ip: text })).filters.ip;
  expect(["2001:DB8::1", "2001:db8:0:0:0:0:0:1", "2001:0db8::0001"].map(ipOf)).toEqual(
    Array(3).fill("2001:db8::1"),
  );
});
