import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FILES = globSync("{components,app}/**/*.tsx", { cwd: ROOT });

/** Something is typed, chosen from many, or given as a file. */
const TAKES =
  /<(Textarea|TextInput|PasswordInput|NumberInput|TagsInput|MultiSelect|PillsInput|FileInput|JsonInput)\b/;
/** Keeps the page while something is begun: `useKeep`, or what holds it as it is, which is `useHold`, a form card or a dialog. */
const HOLDS =
  /\buse(Hold|Keep)\(|<(FormCard|FormDialog|ConfirmDialog|ModalDialog|OnDemandDialog|OnDemandDrawer|Modal|ReasonDialog|ReasonFormDialog|RotateSecretDialog)\b/;

/** What need not: nothing is lost with it, or no page is drawn behind it. */
const FREE: Record<string, string> = {
  "components/filter-bar/query-field.tsx": "what is looked for stands in the address",
  "components/filter-bar/filter-editor.tsx": "a filter stands in the address",
  "app/(console)/settings/_components/lifetimes-list.tsx": "shows lifetimes, and changes none",
  "app/(console)/clients/_components/client-cards.tsx": "shows lifetimes, and changes none",
  "app/(console)/api-reference/_components/operation-index.tsx": "looks among what the page has",
};
/** Pages outside of the frame: nothing draws them again. */
const OUTSIDE = /^app\/(sign-in|setup|restored|step-up|interaction)\//;

const textOf = new Map(FILES.map((file) => [file, readFileSync(path.join(ROOT, file), "utf8")]));

const isOf = (file: string, importer: string, name: string) =>
  name.startsWith("#") ? name.slice(1) === file : path.join(path.dirname(importer), name) === file;

/** Who shows a component of the file. */
function showersOf(file: string): string[] {
  return FILES.filter((importer) => {
    const text = textOf.get(importer) ?? "";
    const shown = [...text.matchAll(/import \{([^}]*)\} from "([^"]+\.tsx)"/g)].some(
      ([, names = "", from = ""]) =>
        isOf(file, importer, from) && (names.match(/\w+/g) ?? []).some((name) => text.includes(`<${name}`)),
    );
    return (
      shown || [...text.matchAll(/import\("([^"]+)"\)/g)].some(([, from = ""]) => isOf(file, importer, from))
    );
  });
}

/** The ways up from a file to a page on which nothing holds. */
function unheld(file: string, seen: readonly string[] = []): string[] {
  if (HOLDS.test(textOf.get(file) ?? "") || file in FREE || OUTSIDE.test(file) || seen.includes(file))
    return [];
  const showers = showersOf(file);
  if (showers.length === 0) return [[...seen, file].join(" < ")];
  return showers.flatMap((shower) => unheld(shower, [...seen, file]));
}

test("whatever is typed or chosen in a page of the console keeps it: an ended session leads nobody away from it", () => {
  const fields = FILES.filter((file) => TAKES.test(textOf.get(file) ?? ""));
  expect(fields.length).toBeGreaterThan(40);
  expect(fields.flatMap((file) => unheld(file))).toEqual([]);
});

test("what need not is there", () => {
  expect(Object.keys(FREE).filter((file) => !textOf.has(file))).toEqual([]);
});
