import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { KEY_PURPOSE_WORDS, type KeyPolicy } from "#lib/keys/model.ts";
import { EditPolicy } from "./edit-policy.tsx";
import { keyWords as words } from "./words.ts";

const days = (count: number) => `${count} ${count === 1 ? "day" : "days"}`;

/** How often the key of each purpose is replaced by itself, and when next. */
export function PolicyCard({ policies, mayChange }: { policies: KeyPolicy[]; mayChange: boolean }) {
  return (
    <Card title={words.policies} flush>
      <PlainTable
        name={words.policies}
        rows={policies}
        keyOf={(row) => `policy-${row.purpose}`}
        columns={[
          { header: "Purpose", cell: (row: KeyPolicy) => KEY_PURPOSE_WORDS[row.purpose].name },
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
            cell: (row: KeyPolicy) =>
              row.next === null ? (
                <span className="faint">{row.isOn ? words.policyUnderWay : words.policyNever}</span>
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
    </Card>
  );
}
