import Link from "next/link";
import { MayMark, Obstacles } from "#app/(console)/_components/access-table.tsx";
import { accessWords as words } from "#app/(console)/_components/access-words.ts";
import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import type { WhoMay as Answer, Holder } from "#lib/access/model.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";

const KIND_WORDS = { admin: "Admin", api_token: "API token" } as const;

/** Who may do one act, those who may first. */
export function WhoMay({ act, holders }: Answer) {
  return (
    <>
      <Card title={act.summary}>
        <KeyValue
          items={[
            {
              key: words.takes,
              value: act.permission === null ? words.nothingButSignedIn : <code>{act.permission}</code>,
            },
            { key: words.role, value: act.roles.map((role) => ROLE_WORDS[role].name).join(", ") },
            { key: words.inTheWay, value: <Obstacles obstacles={act.obstacles} none={words.nothing} /> },
            { key: "REST", value: <code>{`${act.method} ${act.path}`}</code> },
          ]}
        />
      </Card>
      <Card title={words.seeWho} flush>
        <PlainTable
          name={words.seeWho}
          rows={holders}
          keyOf={({ kind, id }) => `${kind} ${id}`}
          columns={[
            {
              header: words.who,
              isWrapping: true,
              cell: ({ kind, id, name, email }: Holder) => (
                <div style={{ paddingBlock: 6 }}>
                  <Link prefetch={false} href={`/access?${kind}=${id}`}>
                    {name}
                  </Link>
                  <div className="muted">
                    {kind === "api_token" ? KIND_WORDS[kind] : email === name ? null : email}
                  </div>
                </div>
              ),
            },
            { header: words.role, isExtra: true, cell: ({ role }: Holder) => ROLE_WORDS[role].name },
            { header: words.may, cell: ({ may }: Holder) => <MayMark may={may} /> },
            { header: words.why, isWrapping: true, cell: ({ why }: Holder) => why },
          ]}
        />
      </Card>
    </>
  );
}
