import { describe, expect, test } from "vitest";
import { jsonOf } from "./encode-event.ts";
import { syslogFrames, syslogMessageOf } from "./syslog-message.ts";
import { actEvent, useEvent } from "./test-event.ts";

const messageOf = (event: Parameters<typeof jsonOf>[0]) =>
  syslogMessageOf(event, jsonOf(event, "ndjson"), "console-1");

describe("P18: a syslog message", () => {
  test("has the header of RFC 5424 section 6.2: facility log audit, a warning for a refusal, time, host, name and kind", () => {
    expect(messageOf(actEvent())).toMatch(
      /^<110>1 2026-11-29T02:00:00\.123Z console-1 tokenwarden - ACT \[event@32473 id="019ad0c0-0000-7000-8000-000000000001" sequence="42" /,
    );
    expect(messageOf(useEvent({ outcome: "refused", refusal: "revoked" }))).toMatch(
      /^<108>1 2026-11-29T02:00:00\.400Z console-1 tokenwarden - USE \[event@32473 .*outcome="refused" refusal="revoked" client="portal"/,
    );
  });

  test("escapes quote, backslash and bracket in its structured data (RFC 5424 section 6.3.3) and holds hostile text on its line", () => {
    const name = 'a"b\\c]d\n<13>1 - - - - - forged \u001b[31m é\ud800';
    const message = messageOf(actEvent({ actor: { kind: "admin", id: "1", name } }));
    expect(message).toContain('actor="a\\"b\\\\c\\]d <13>1 - - - - - forged  [31m é\ufffd"');
    expect(message).not.toMatch(/[\p{Cc}]/u);
  });

  test("carries its JSON as ASCII that parses to the same, whatever is in it", () => {
    const event = actEvent({ note: "naïve – 漢字 👩‍💻 \u2028 \u0000 \u007f" });
    const message = messageOf(event);
    const json = message.slice(message.indexOf("] {") + 2);
    expect(json).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(event)));
  });

  test("has a host that cannot be written as nil (RFC 5424 section 6)", () => {
    const event = actEvent();
    expect(syslogMessageOf(event, "{}", "ü ")).toContain("Z - tokenwarden - ACT ");
  });

  test("goes behind the number of its bytes, so that one ends where the next begins (RFC 5425 section 4.3)", () => {
    expect(syslogFrames(["abc", "é"]).toString()).toBe("3 abc2 é");
  });
});
