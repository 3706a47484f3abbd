import { Bar } from "#components/feedback/skeleton.tsx";
import { PageHeader } from "#components/frame/page-header.tsx";
import type { SealCoverage } from "#lib/seals/get-seal-coverage.ts";
import classes from "./audit-head.module.css";
import { SealedLine } from "./sealed-line.tsx";
import { auditWords as words } from "./words.ts";

/** The head of a log: what it is for, and how far it is sealed. Where it is narrow, the rows come first. */
export function AuditHead({ coverage }: { coverage: SealCoverage }) {
  return (
    <PageHeader
      title={words.title}
      purpose={
        <>
          <span className={classes.purpose}>{words.purpose} </span>
          <SealedLine {...coverage} />
        </>
      }
    />
  );
}

/** The same while it is not known how far that is. */
export function AuditHeadLoading() {
  return (
    <PageHeader
      title={words.title}
      purpose={
        <>
          <span className={classes.purpose}>{words.purpose}</span>
          <Bar height={0} narrowHeight={40} />
        </>
      }
    />
  );
}
