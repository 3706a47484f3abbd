import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { KEY_PURPOSE_WORDS, type KeyPolicy } from "#lib/keys/model.ts";
import { EditPolicy } from "./edit-policy.tsx";
import classes from "./key-cards.module.css";
import { days, keyWords as words } from "./words.ts";

function nextOf({ isSigning, isOn }: KeyPolicy): string {
  if (!isSigning) return words.policyNotHeld;
  return isOn ? words.policyUnderWay : words.policyNever;
}

function Policies({ name, rows, mayChange }: { name: string; rows: KeyPolicy[]; mayChange: boolean }) {
  return (
    <PlainTable
      name={name}
      rows={rows}
      keyOf={(row) => `policy-${row.purpose}-${row.algorithm}`}
      columns={[
        {
          header: "Purpose",
          isWrapping: true,
          cell: (row: KeyPolicy) => (
            <>
              {KEY_PURPOSE_WORDS[row.purpose].name}
              <Narrow>
                <span className="mono muted">{row.algorithm}</span>
              </Narrow>
            </>
          ),
        },
        {
          header: "Algorithm",
          isExtra: true,
          cell: (row: KeyPolicy) => <span className="mono">{row.algorithm}</span>,
        },
        {
          header: "Rotates",
          cell: (row: KeyPolicy) =>
            row.isOn ? `every ${days(row.everyDays)}` : <span className="faint">{words.policyOff}</span>,
        },
        {
          header: "Announced",
          isExtra: true,
          cell: (row: KeyPolicy) => (row.isOn ? `${days(row.aheadDays)} ahead` : null),
        },
        {
          header: "Next key",
          isWrapping: true,
          cell: (row: KeyPolicy) =>
            row.next === null ? (
              <span className="faint">{nextOf(row)}</span>
            ) : (
              <>
                made <Instant at={row.next.announcesAt} />, signs <Instant at={row.next.activatesAt} />
              </>
            ),
        },
        ...(mayChange
          ? [
              {
                header: "Change",
                isUntitled: true,
                align: "end" as const,
                cell: (row: KeyPolicy) => <EditPolicy policy={row} />,
              },
            ]
          : []),
      ]}
    />
  );
}

/** How often the key of each purpose is replaced by itself, and when next; folded away for algorithms that it does not sign with. */
export function PolicyCard({ policies, mayChange }: { policies: KeyPolicy[]; mayChange: boolean }) {
  const others = policies.filter((policy) => !policy.isSigning);
  return (
    <Card title={words.policies} flush>
      <Policies
        name={words.policies}
        rows={policies.filter((policy) => policy.isSigning)}
        mayChange={mayChange}
      />
      <details className={classes.folded}>
        <summary>{words.policyOthers}</summary>
        <Policies name={words.policyOthers} rows={others} mayChange={mayChange} />
      </details>
    </Card>
  );
}
