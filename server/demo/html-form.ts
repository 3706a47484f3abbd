export type FormField = { name: string; value: string; type: string };

/** A form as a person sees it: where it goes, what it holds, and its buttons. */
export type HtmlForm = { action: string; fields: FormField[]; buttons: FormField[] };

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[String(name).toLowerCase()] ?? whole;
  });
}

function attributesOf(tag: string): Map<string, string> {
  const found = tag.matchAll(/\s([a-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi);
  return new Map(
    [...found].map(([, name = "", double, single, bare]) => [
      name.toLowerCase(),
      decode(double ?? single ?? bare ?? ""),
    ]),
  );
}

function fieldOf(tag: string, defaultType: string): FormField & { isOff: boolean } {
  const attributes = attributesOf(tag);
  const type = (attributes.get("type") ?? defaultType).toLowerCase();
  const isChoice = type === "checkbox" || type === "radio";
  return {
    name: attributes.get("name") ?? "",
    value: attributes.get("value") ?? (isChoice ? "on" : ""),
    type,
    isOff: attributes.has("disabled") || (isChoice && !attributes.has("checked")),
  };
}

/** The forms that a page posts, in order. Enough for the authority's own plain pages, and for nothing wilder. */
export function findForms(html: string): HtmlForm[] {
  const forms = html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi);
  return [...forms].flatMap(([, opening = "", content = ""]) => {
    const attributes = attributesOf(` ${opening}`);
    if (attributes.get("method")?.toLowerCase() !== "post") return [];
    const inputs = [...content.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => fieldOf(tag, "text"));
    const buttons = [...content.matchAll(/<button\b[^>]*>/gi)].map(([tag]) => fieldOf(tag, "submit"));
    const isButton = ({ type }: FormField) => type === "submit" || type === "button" || type === "reset";
    return [
      {
        action: attributes.get("action") ?? "",
        fields: inputs.filter((field) => !isButton(field) && !field.isOff && field.name !== ""),
        buttons: [...buttons, ...inputs.filter(isButton)].filter(
          ({ type, isOff }) => type === "submit" && !isOff,
        ),
      },
    ];
  });
}
