import { Tag } from "#components/display/tag.tsx";
import { SEVERITY_WORDS, type Severity } from "#lib/incidents/model.ts";

const TONES = { low: "expired", medium: "standby", high: "suspended", critical: "revoked" } as const;

export function SeverityTag({ severity }: { severity: Severity }) {
  return <Tag tone={TONES[severity]}>{SEVERITY_WORDS[severity]}</Tag>;
}
