import type { ReactNode } from "react";
import { PageTabs } from "#components/layout/page-tabs.tsx";
import { WITHOUT_ANY } from "./whose.ts";
import { auditWords as words } from "./words.ts";

const TABS = {
  uses: { href: "/audit", name: words.uses },
  acts: { href: WITHOUT_ANY, name: words.acts },
  refused: { href: "/audit/refused", name: words.refused },
  integrity: { href: "/audit/integrity", name: words.integrity },
};

/** The two logs, and what is only counted. `children` stand at their right. */
export function AuditTabs({ current, children }: { current: keyof typeof TABS; children?: ReactNode }) {
  return (
    <PageTabs label="Logs" tabs={Object.values(TABS)} current={TABS[current].href}>
      {children}
    </PageTabs>
  );
}
