import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Html, html } from "./html.ts";

describe("a page's template", () => {
  it("writes values as text and keeps its own markup", () => {
    expect(
      html`<b title="${`"><i>'&`}">${"<script>"}</b>${null}${false}${[html`<i>`, html`</i>`]}`.markup,
    ).toBe('<b title="&quot;&gt;&lt;i&gt;&#39;&amp;">&lt;script&gt;</b><i></i>');
  });

  it("takes markup as it is only when it was marked so", () => {
    expect(html`${new Html("<hr>")}`.markup).toBe("<hr>");
  });

  it("never lets a value open a tag, leave a quoted attribute, turn the direction or write control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"'\u202a-\u202e\u2066-\u2069]/);
        expect(markup.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
