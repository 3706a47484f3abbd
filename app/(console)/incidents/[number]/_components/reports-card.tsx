import { Group } from "@mantine/core";
import Link from "next/link";
import { LeakFindings } from "#app/(console)/_components/leak-findings.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import type { LeakReportRow, OwnSecretKind } from "#lib/scanners/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

/** What scanners reported that is in the case; nothing where none did. */
export function ReportsCard({ reports, sees }: { reports: LeakReportRow[]; sees: readonly OwnSecretKind[] }) {
  if (reports.length === 0) return null;
  return (
    <Card title={words.reports}>
      <ul className={classes.plain}>
        {reports.map((report) => (
          <li key={report.id}>
            <Group gap="2px 8px">
              <Link prefetch={false} href={`/settings/scanners/${report.scanner.id}`}>
                {report.scanner.name}
              </Link>
              <Instant at={report.receivedAt} focusable />
              {report.times > 1 ? <span className="muted">{report.times} times</span> : null}
            </Group>
            <LeakFindings report={report} sees={sees} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
