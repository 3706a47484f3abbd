/** Characters that escapes of more than two digits and names stand for; others begin or end no token. */
const NAMED: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: "&",
  lt: "<",
  gt: ">",
  nbsp: " ",
  period: ".",
  equals: "=",
  colon: ":",
  newline: "\r",
};
const CONTROL: Readonly<Record<string, string>> = { n: "\r", r: "\r", t: "\t", b: " ", f: " " };

/**
 * One escape of an address (%3D, escaped again or not), of JSON and of programs (\n, \", \u0022, \x22, with as many backslashes as it was escaped), of HTML (&quot; &#34;)
 * or of quoted-printable (=3D). A backslash before the prefix of an opaque token is no tab.
 */
const ESCAPE =
  /%(?:25)*([0-7][0-9a-f])|(?<!\\)\\+(?:u00([0-7][0-9a-f])|u\{0{0,4}([0-7]?[0-9a-f])\}|x([0-7][0-9a-f])|(t(?!w[ar]_)|[nrbf])|(["'/]))|&(?:amp;)*(?:#(\d{1,3});|#x0{0,4}([0-7]?[0-9a-f]);|([a-z]{2,8});)|=([0-7][0-9A-F])/gi;
/** Text that was escaped, then written into something that escapes it again. */
const ROUNDS = 4;

/** A line break that was escaped stays in its line: the lines of a text are those that it is seen in. */
function charOf(code: number): string | null {
  if (code === 0x0a) return "\r";
  return code < 0x80 ? String.fromCharCode(code) : null;
}

function unescapedOnce(text: string): string {
  return text.replace(
    ESCAPE,
    (whole, percent, u, braced, x, control, quote, decimal, hex, name, printable) => {
      const digits: string | undefined = percent ?? u ?? braced ?? x ?? hex ?? printable;
      if (digits !== undefined) return charOf(Number.parseInt(digits, 16)) ?? whole;
      if (decimal !== undefined) return charOf(Number(decimal)) ?? whole;
      return CONTROL[control?.toLowerCase()] ?? quote ?? NAMED[name?.toLowerCase()] ?? whole;
    },
  );
}

/** A text as it stands, and as it was before each of the escapes that were laid around it: an id that begins in digits behind a `=` is not in the last of them. */
export function unescapings(text: string): string[] {
  const texts = [text];
  for (let round = 0; round < ROUNDS; round += 1) {
    const was = texts.at(-1) ?? "";
    const plain = unescapedOnce(was);
    if (plain === was) break;
    texts.push(plain);
  }
  return texts;
}

/** A text as it was before addresses, JSON, HTML or mails escaped it, as far as what stands around tokens goes. It takes time by its length alone. */
export function unescaped(text: string): string {
  return unescapings(text).at(-1) ?? "";
}
