import { PageTabs } from "#components/layout/page-tabs.tsx";
import { boardWords, verifierWords as words } from "./words.ts";

const TABS = [
  { href: "/verifiers", name: words.title },
  { href: "/verifiers/propagation", name: boardWords.title },
];

/** The verifiers, and how orders reach them. */
export function VerifierTabs({ current }: { current: "/verifiers" | "/verifiers/propagation" }) {
  return <PageTabs label={words.title} tabs={TABS} current={current} />;
}
