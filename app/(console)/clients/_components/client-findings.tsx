import { IconAlertTriangle } from "@tabler/icons-react";
import { Card } from "#components/display/card.tsx";
import { durationWords } from "#components/display/duration.ts";
import { ScopeList } from "#components/display/scope-list.tsx";
import { FINDING_WORDS, type Finding } from "#lib/client-findings/model.ts";
import type { ClientDetail } from "#lib/clients/model.ts";
import classes from "./client-findings.module.css";
import { clientWords as words } from "./words.ts";

/** What is wrong with a client, or may be; nothing where there is nothing. */
export function ClientFindings({ client }: { client: ClientDetail }) {
  const { findings } = client;
  if (findings === null) return <Card title={words.needsLook}>{words.findingsUnknown}</Card>;
  if (findings.length === 0) return null;
  return (
    <Card title={words.needsLook}>
      <ul className={classes.list}>
        {findings.map((finding) => (
          <li key={finding.code}>
            <IconAlertTriangle size={16} aria-hidden className={classes.icon} />
            <div>
              <strong>{FINDING_WORDS[finding.code].name}</strong>
              <p className="muted">{FINDING_WORDS[finding.code].means}</p>
              <Subjects finding={finding} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Subjects({ finding: { code, subjects } }: { finding: Finding }) {
  switch (code) {
    case "permissions_unused":
      return <ScopeList values={subjects} what={["permission", "permissions"]} shown={6} />;
    case "secret_unused":
      return <p className="mono">{subjects.map((hint) => `…${hint}`).join("  ")}</p>;
    case "lifetime_long":
      return <p>{words.longFor(durationWords(Number(subjects[0])))}</p>;
    case "keys_failing":
      return <p>{subjects[0]}</p>;
    case "no_credentials":
    case "client_unused":
    case "refresh_not_rotated":
      return null;
    default:
      return code satisfies never;
  }
}
