"use client";

import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import type { AdminRow } from "#lib/admins/model.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import { AdminActions } from "./admin-actions.tsx";
import { ADMIN_BADGES, stateMeans, adminWords as words } from "./words.ts";

/** Every admin, with what may be done upon each but oneself. */
export function AdminsTable({
  admins,
  selfId,
  tokensBack,
}: {
  admins: AdminRow[];
  selfId: string;
  /** By disabled admin, the API tokens that work again if they are enabled. */
  tokensBack: Record<string, number>;
}) {
  return (
    <PlainTable
      name={words.all}
      rows={admins}
      keyOf={(row) => row.id}
      columns={[
        {
          header: "Name",
          isWrapping: true,
          cell: (row: AdminRow) => (
            <>
              <Link prefetch={false} href={row.id === selfId ? "/account" : `/admins/${row.id}`}>
                <strong>{row.name}</strong>
              </Link>{" "}
              {row.id === selfId ? <Tag tone="accent">{words.you}</Tag> : null}
              <Narrow>
                {row.name === row.email ? null : <span className="muted">{row.email}</span>}
                <span className="muted">{ROLE_WORDS[row.role].name}</span>
              </Narrow>
            </>
          ),
        },
        { header: "E-mail", isExtra: true, cell: (row: AdminRow) => row.email },
        { header: "Role", isExtra: true, cell: (row: AdminRow) => ROLE_WORDS[row.role].name },
        {
          header: "State",
          isWrapping: true,
          cell: (row: AdminRow) => (
            <span title={stateMeans(row)}>
              <StateBadge state={ADMIN_BADGES[row.state].badge}>{ADMIN_BADGES[row.state].word}</StateBadge>
              {row.invitationEnd === null ? null : (
                <div className="muted" style={{ fontSize: 12 }}>
                  {words.whyOver[row.invitationEnd]}
                </div>
              )}
              {row.shutOut === null ? null : (
                <div className="muted" style={{ fontSize: 12 }}>
                  {words.whyShutOut[row.shutOut]}
                </div>
              )}
            </span>
          ),
        },
        {
          header: "Last sign-in",
          isExtra: true,
          cell: (row: AdminRow) => <Instant at={row.lastSignInAt} none="never" />,
        },
        {
          header: "Sessions",
          align: "end",
          isExtra: true,
          cell: (row: AdminRow) => <NumberText value={row.sessions} />,
        },
        {
          header: "Actions",
          isUntitled: true,
          align: "end",
          cell: (row: AdminRow) =>
            row.id === selfId ? null : <AdminActions admin={row} tokensBack={tokensBack[row.id] ?? 0} />,
        },
      ]}
    />
  );
}
