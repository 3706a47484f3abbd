import { describe, expect, test } from "vitest";
import { incidentNoteInput, openIncidentInput, stepInput } from "./input.ts";

const note = (text: string) => incidentNoteInput.parse({ step: "audit", text }).text;

describe("what is written down in a case", () => {
  test("keeps a turning or control character of a hostile text, written out, and folds lines and tabs", () => {
    expect(note("path=/invoice\u202Egpj.exe")).toBe("path=/invoice⟨U+202E⟩gpj.exe");
    expect(note("a\u0000b\u001b[31mc\u0007")).toBe("a⟨U+0000⟩b⟨U+001B⟩[31mc⟨U+0007⟩");
    expect(note("pay\u200Bpal\u00AD \u{E0041}👩‍🚀")).toBe("pay⟨U+200B⟩pal⟨U+00AD⟩ ⟨U+E0041⟩👩‍🚀");
    expect(note("\u2066x\u2069 \ud800")).toBe("⟨U+2066⟩x⟨U+2069⟩ ⟨U+D800⟩");
    expect(note(" one\r\n\ttwo\u2028three ")).toBe("one two three");
    expect(note("Zoë 😀 नमस्ते")).toBe("Zoë 😀 नमस्ते");
    const opened = openIncidentInput.parse({ title: "Gist", note: "\u202E", why: "\u200F" });
    expect(opened).toMatchObject({ note: "⟨U+202E⟩", why: "⟨U+200F⟩" });
    expect(stepInput.parse({ version: 1, isDone: true, what: "\u0001" }).what).toBe("⟨U+0001⟩");
  });

  test("has at most as many characters as were written, however many are written out; nothing is no note", () => {
    expect(note("\u202E".repeat(1_000))).toBe("⟨U+202E⟩".repeat(1_000));
    for (const text of ["x".repeat(1_001), "", " \n "])
      expect(incidentNoteInput.safeParse({ step: "audit", text }).success).toBe(false);
  });

  test("a title is one line that can be shown: it stands in lists, logs and terminals", () => {
    expect(openIncidentInput.safeParse({ title: "Gist \u202E" }).success).toBe(false);
  });
});
