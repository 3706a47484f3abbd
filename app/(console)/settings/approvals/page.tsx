import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { getPolicy } from "#lib/approvals/get-policy.ts";
import { can } from "#lib/authz/require-permission.ts";
import { PolicyForm } from "./_components/policy-form.tsx";
import { policyWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function ApprovalPolicyPage() {
  const ctx = await requireSignedIn("/settings/approvals");
  const policy = await getPolicy(ctx);
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <PolicyForm key={policy.version} policy={policy} mayChange={can(ctx, "approval-policy:write")} />
      <Card title={words.never}>
        <p>{words.neverText}</p>
        <p className="muted" style={{ marginTop: 8 }}>
          {words.emergency}
        </p>
      </Card>
    </Page>
  );
}
