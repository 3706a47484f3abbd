import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { getAuditEntry } from "#lib/audit/get-audit-entry.ts";
import { actTargetWords } from "#lib/revocations/target-words.ts";
import { ActRecord } from "../../_components/act-record.tsx";
import { actWords } from "../../_components/act-words.ts";
import { auditWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.acts };

export default async function AuditActPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/audit/acts/${id}`);
  const entry = await orNotFound(getAuditEntry(ctx, id));
  const upon = actTargetWords(entry);
  return (
    <Page>
      <PageHeader
        title={actWords(entry.act)}
        purpose={`${[upon.lead, upon.name].join(" ").trim()}, by ${entry.actor.name}`}
        crumbs={[
          { name: words.title, href: "/audit" },
          { name: words.acts, href: "/audit/acts" },
        ]}
      />
      <Card title={words.record}>
        <ActRecord entry={entry} />
      </Card>
    </Page>
  );
}
