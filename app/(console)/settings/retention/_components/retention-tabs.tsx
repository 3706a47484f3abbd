import { PageTabs } from "#components/layout/page-tabs.tsx";
import { retentionWords as words } from "./words.ts";

const TABS = {
  tokens: { href: "/settings/retention", name: words.tokensTab },
  log: { href: "/settings/retention/log", name: words.logTab },
};

/** What is kept: the register, and the log. */
export function RetentionTabs({ current }: { current: keyof typeof TABS }) {
  return <PageTabs label={words.title} tabs={Object.values(TABS)} current={TABS[current].href} />;
}
