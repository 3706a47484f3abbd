import { Code } from "@mantine/core";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { PageTurns } from "#components/display/page-turns.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listChecks } from "#lib/evidence-checks/list-checks.ts";
import { EVIDENCE_CHECKS_TABLE } from "#lib/evidence-checks/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { getSealCoverage } from "#lib/seals/get-seal-coverage.ts";
import { AuditTabs } from "../_components/audit-tabs.tsx";
import { SealedLine } from "../_components/sealed-line.tsx";
import { auditWords } from "../_components/words.ts";
import { ChecksTable } from "./_components/checks-table.tsx";
import { VerifyForm } from "./_components/verify-form.tsx";
import { integrityWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: auditWords.integrity };

type IntegrityPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function IntegrityPage({ searchParams }: IntegrityPageProps) {
  const ctx = await requireSignedIn("/audit/integrity");
  // a place that is none is the first page
  const { cursor } = await searchParams;
  const { query } = parseListQuery(EVIDENCE_CHECKS_TABLE, cursor === undefined ? {} : { cursor });
  const [coverage, checks] = await Promise.all([getSealCoverage(ctx), listChecks(ctx, query)]);
  return (
    <Page>
      <PageHeader title={auditWords.title} purpose={auditWords.purpose} />
      <AuditTabs current="integrity" />
      <Card title={words.coverage}>
        <p>
          <strong>
            <SealedLine {...coverage} />
          </strong>
        </p>
        <p className="muted">{words.coverageHelp}</p>
        <p className="muted">
          {words.kept} <Code>{words.command}</Code>
        </p>
      </Card>
      <Card title={words.verify}>
        <p className="muted">{words.verifyHelp}</p>
        {can(ctx, "evidence:verify") ? <VerifyForm now={ctx.now.toISOString()} /> : <p>{words.mayNot}</p>}
      </Card>
      <Card title={words.past} flush={checks.rows.length > 0}>
        <ChecksTable checks={checks.rows} />
        <PageTurns
          newestHref={query.cursor === null ? null : "/audit/integrity"}
          olderHref={checks.next === null ? null : `/audit/integrity?cursor=${checks.next}`}
        />
      </Card>
    </Page>
  );
}
