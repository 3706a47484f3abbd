import { createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { shown } from "./shown.ts";

const markup = (node: Parameters<typeof shown>[0]) => renderToStaticMarkup(h("p", null, shown(node)));

test("what cannot be seen is written out in a text, inside of elements and in what is said on hover", () => {
  expect(markup("pay\u200bpal")).toBe("<p>pay⟨U+200B⟩pal</p>");
  expect(markup(h("a", { href: "/x", title: "a\u202eb" }, h("b", null, "x\u00ady"), " z"))).toBe(
    '<p><a href="/x" title="a⟨U+202E⟩b"><b>x⟨U+00AD⟩y</b> z</a></p>',
  );
  expect(markup([h("i", { key: 1 }, "a\u{e0041}"), "b", null, 3])).toBe("<p><i>a⟨U+E0041⟩</i>b3</p>");
});

test("what can be seen is the very same node", () => {
  const node = h("a", { href: "/x" }, "Zoë ", h("b", null, "👩‍🚀"));
  expect(shown(node)).toBe(node);
});
