import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { ownersSeenBy } from "#lib/scanners/owners-seen.ts";
import { LeakDesk } from "./_components/leak-desk.tsx";
import { leakWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function LeakDeskPage() {
  const ctx = await requireSignedIn("/leak-desk");
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LeakDesk canOpen={can(ctx, "incident:write")} sees={ownersSeenBy(ctx)} />
    </Page>
  );
}
