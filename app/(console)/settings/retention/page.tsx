import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getRetention } from "#lib/retention/get-retention.ts";
import { ClockAlert } from "./_components/clock-alert.tsx";
import { CostCard } from "./_components/cost-card.tsx";
import { NextRunCard } from "./_components/next-run-card.tsx";
import { PurgedTable } from "./_components/purged-table.tsx";
import { RetentionForm } from "./_components/retention-form.tsx";
import { RetentionTabs } from "./_components/retention-tabs.tsx";
import { StaysAndGoes } from "./_components/stays-and-goes.tsx";
import { WeeksTable } from "./_components/weeks-table.tsx";
import { retentionWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function RetentionPage() {
  const ctx = await requireSignedIn("/settings/retention");
  const retention = await getRetention(ctx);
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <RetentionTabs current="tokens" />
      <ClockAlert hold={retention.heldByClock} />
      <RetentionForm
        key={retention.version}
        days={retention.expiredTokenDays}
        version={retention.version}
        mayChange={can(ctx, "retention:write")}
      />
      <NextRunCard retention={retention} />
      <CostCard retention={retention} now={ctx.now.toISOString()} />
      <Card title={words.weeks} flush>
        <WeeksTable weeks={retention.weeks} />
      </Card>
      <Card title={words.left} flush={retention.purged.length > 0}>
        <PurgedTable retention={retention} />
      </Card>
      <StaysAndGoes />
    </Page>
  );
}
