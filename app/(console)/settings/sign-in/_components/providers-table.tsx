import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { SignInProviderRow } from "#lib/sign-in-providers/model.ts";
import { signInSettingWords as words } from "./words.ts";

/** Every provider, with how many come in by it. */
export function ProvidersTable({ providers }: { providers: SignInProviderRow[] }) {
  return (
    <PlainTable
      name={words.providers}
      rows={providers}
      keyOf={(row) => row.id}
      columns={[
        {
          header: words.name,
          cell: (row: SignInProviderRow) => (
            <Link prefetch={false} href={`/settings/sign-in/${row.id}`}>
              {row.name}
            </Link>
          ),
        },
        { header: words.state, cell: (row: SignInProviderRow) => <StateBadge state={row.state} /> },
        {
          header: words.issuer,
          isExtra: true,
          cell: (row: SignInProviderRow) => <span className="mono">{row.issuer}</span>,
        },
        {
          header: words.admins,
          align: "end",
          cell: (row: SignInProviderRow) => groupedNumber(row.admins),
        },
        {
          header: words.sessions,
          isExtra: true,
          align: "end",
          cell: (row: SignInProviderRow) => groupedNumber(row.sessions),
        },
        {
          header: words.last,
          isExtra: true,
          cell: (row: SignInProviderRow) => <Instant at={row.lastSignInAt} none="never" />,
        },
      ]}
    />
  );
}
