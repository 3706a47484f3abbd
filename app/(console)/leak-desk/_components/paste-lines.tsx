import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { visibleText } from "#lib/input/visible-text.ts";
import classes from "./leak-desk.module.css";
import { accountOf, type IssuerCount, type LineAccount } from "./line-account.ts";
import type { LookedUp } from "./look-up.ts";
import { FOUND_WORDS, OTHER_LINE_WORDS, leakWords as words } from "./words.ts";

const WORDS = { ...FOUND_WORDS, ...OTHER_LINE_WORDS };
/** Lines that are named, and issuers. */
const LINES_NAMED = 10;
const ISSUERS_NAMED = 5;

function whichOf({ lines }: LineAccount): string {
  const more = lines.length - LINES_NAMED;
  const named = lines.slice(0, LINES_NAMED).map(groupedNumber).join(", ");
  return more > 0 ? words.andMore(named, groupedNumber(more)) : named;
}

/** Whom they say that they are of, unless none of them says so. */
function issuersText(issuers: readonly IssuerCount[]): string | null {
  if (issuers.every(({ issuer }) => issuer === null)) return null;
  const named = issuers.slice(0, ISSUERS_NAMED).map(({ issuer, lines }) => {
    const count = groupedNumber(lines);
    return issuer === null ? words.ofNobody(count) : words.ofIssuer(count, visibleText(issuer));
  });
  const more = issuers.slice(ISSUERS_NAMED).reduce((sum, { lines }) => sum + lines, 0);
  return [...named, ...(more === 0 ? [] : [words.ofOthers(groupedNumber(more))])].join("; ");
}

/** Every line of a paste, by what it is: their sum is what was pasted. */
export function PasteLines({ found: { found, paste } }: { found: LookedUp }) {
  const account = accountOf({ found, paste });
  const sum = account.reduce((before, { lines }) => before + lines.length, 0);
  if (sum <= 1) return null;
  return (
    <section className={classes.lines}>
      <h3>{words.allLines(groupedNumber(sum))}</h3>
      <PlainTable
        name={words.linesTable}
        rows={account}
        keyOf={({ is }) => is}
        columns={[
          {
            header: "What stands in it",
            isWrapping: true,
            cell: ({ is, issuers }: LineAccount) => {
              const text = issuersText(issuers);
              return (
                <>
                  <span title={WORDS[is].means}>{WORDS[is].name}</span>
                  {text === null ? null : (
                    <>
                      <br />
                      <small className="muted">{text}</small>
                    </>
                  )}
                </>
              );
            },
          },
          { header: "Lines", cell: ({ lines }: LineAccount) => groupedNumber(lines.length) },
          {
            header: "Which",
            isWrapping: true,
            isExtra: true,
            cell: (row: LineAccount) => <span className="muted">{whichOf(row)}</span>,
          },
        ]}
      />
    </section>
  );
}
