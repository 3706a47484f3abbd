"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { AdminSessionRow, AdminSessions } from "#lib/admins/model.ts";
import { AddressLink } from "./address-link.tsx";
import { SIGNED_IN_BY, sessionWords as words } from "./sessions-words.ts";

/** How it began. */
function By({ row: { isBreakGlass, provider, signedInBy } }: { row: AdminSessionRow }) {
  if (isBreakGlass) return <StateBadge state="break_glass" />;
  if (provider !== null) return <span>{provider.name}</span>;
  if (signedInBy === null) return <span className="faint">{words.unknownWay}</span>;
  const name = SIGNED_IN_BY[signedInBy];
  return signedInBy === "recovery_code" ? <Tag tone="suspended">{name}</Tag> : <span>{name}</span>;
}

/** Live sessions of the console, each with a button to end it but for the one that looks. */
export function SessionsTable({
  sessions: { rows, total },
  url,
  canEnd,
}: {
  sessions: AdminSessions;
  /** Where a session is ended: `<url>/<id>/end`. */
  url: string;
  canEnd: boolean;
}) {
  const done = useDone();
  const [ending, setEnding] = useState<AdminSessionRow | null>(null);
  return (
    <>
      <PlainTable
        name={words.sessions}
        rows={rows}
        keyOf={(row) => row.id}
        columns={[
          {
            header: "Device",
            isWrapping: true,
            cell: (row: AdminSessionRow) => (
              <>
                {row.device} {row.isCurrent ? <Tag tone="accent">{words.current}</Tag> : null}
                <Narrow>
                  <span className="muted">
                    <Instant at={row.lastSeenAt} prefix="seen" hint={words.lastSeenHint} />
                    {row.ip === null ? null : (
                      <>
                        , from <AddressLink ip={row.ip} />
                      </>
                    )}
                  </span>
                  <By row={row} />
                </Narrow>
              </>
            ),
          },
          { header: "Place", cell: (row: AdminSessionRow) => <Country code={row.country} /> },
          {
            header: "Address",
            isExtra: true,
            cell: (row: AdminSessionRow) =>
              row.ip === null ? (
                <span className="faint">{words.noAddress}</span>
              ) : (
                <AddressLink ip={row.ip} />
              ),
          },
          {
            header: "Signed in",
            isExtra: true,
            cell: (row: AdminSessionRow) => <Instant at={row.createdAt} />,
          },
          {
            header: "Last seen",
            isExtra: true,
            cell: (row: AdminSessionRow) => <Instant at={row.lastSeenAt} hint={words.lastSeenHint} />,
          },
          {
            header: "By",
            isExtra: true,
            cell: (row: AdminSessionRow) => <By row={row} />,
          },
          ...(canEnd
            ? [
                {
                  header: "Actions",
                  isUntitled: true,
                  align: "end" as const,
                  cell: (row: AdminSessionRow) =>
                    row.isCurrent ? null : (
                      <Button
                        size="compact-sm"
                        color="red"
                        aria-label={words.endOne(row.device)}
                        onClick={() => setEnding(row)}
                      >
                        {words.end}
                      </Button>
                    ),
                },
              ]
            : []),
        ]}
      />
      {total > rows.length ? (
        <p className="muted" style={{ padding: 12 }}>
          {words.newestOf(rows.length, total)}
        </p>
      ) : null}
      <ConfirmDialog
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        title={words.endTitle}
        act={words.endAct}
        isDanger
        onConfirm={async () => {
          await requestJson(`${url}/${ending?.id}/end`, { method: "POST" });
          done(words.ended);
        }}
      >
        {words.endText(ending?.device ?? "")}
      </ConfirmDialog>
    </>
  );
}
