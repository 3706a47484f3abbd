import { Alert } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import { LinkButton } from "#components/display/link-button.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { incidentHref } from "#lib/incidents/model.ts";
import { plural } from "#lib/order-plans/plan-words.ts";
import classes from "./leak-desk.module.css";
import type { casesOf } from "./look-up.ts";
import { leakWords as words } from "./words.ts";

/** Cases beyond it are on the tokens' pages. */
const SHOWN = 5;

/** The open cases that have it already: whoever finds it again goes on there. */
export function InCases({ cases, of }: { cases: ReturnType<typeof casesOf>; of: number }) {
  if (cases.length === 0) return null;
  return (
    <Alert color="blue" role="status" icon={<IconFolderOpen size={18} />} title={words.inCases(cases.length)}>
      {cases.slice(0, SHOWN).map(({ number, title, state, tokens }, index) => (
        <div key={number} className={classes.case}>
          <span>
            Case {number}: {title} <StateBadge state={state} />
            <br />
            <span className="muted">
              {tokens === of ? words.allInCase : words.partInCase(plural(tokens, "token", "tokens"))}
            </span>
          </span>
          <LinkButton href={incidentHref(number)} variant={index === 0 ? "filled" : "default"}>
            {words.toCase(number)}
          </LinkButton>
        </div>
      ))}
    </Alert>
  );
}
