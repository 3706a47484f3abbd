"use client";

import { Button, UnstyledButton } from "@mantine/core";
import { IconStar, IconStarFilled } from "@tabler/icons-react";
import { useState } from "react";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { refusalWords } from "#lib/audit/use-words.ts";
import {
  type IncidentNote,
  type IncidentUse,
  type IncidentUses,
  PHASE_WORDS,
  PHASES,
  type Phase,
} from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { NoteDialog } from "./note-dialog.tsx";
import classes from "./steps.module.css";

/** Lines of a kind before it is asked for all: the steps that follow stay in sight. */
const FIRST_LINES = 12;

/** The first that has something to say. */
function phaseToShow(uses: IncidentUses): Phase {
  const telling: Phase[] = ["accepted_after", "refused_after", "during", "before"];
  return telling.find((phase) => uses.counts[phase].uses > 0) ?? "during";
}

function Request({ use }: { use: IncidentUse }) {
  const request = [use.method, use.path].filter((part) => part !== null).join(" ");
  return (
    <>
      {use.verifier?.name ?? <span className="faint">{use.source.replaceAll("_", " ")}</span>}
      {request ? (
        <>
          <br />
          <span className="mono">{request}</span>
        </>
      ) : null}
    </>
  );
}

function Outcome({ use }: { use: IncidentUse }) {
  return (
    <>
      <StateBadge state={use.outcome} />
      {use.refusal ? (
        <>
          <br />
          <small className="muted">{refusalWords(use.refusal)}</small>
        </>
      ) : null}
    </>
  );
}

function From({ use }: { use: IncidentUse }) {
  if (use.ip === null) return <span className="faint">from where is not told</span>;
  return (
    <>
      <AddressLink ip={use.ip} />
      <br />
      <Country code={use.country} />
    </>
  );
}

/** Counts by phase; one is chosen and its newest lines are shown, each of which can be marked with a note. */
export function UsesOfCase({
  number,
  uses,
  notes,
  canMark,
}: {
  number: number;
  uses: IncidentUses;
  notes: IncidentNote[];
  canMark: boolean;
}) {
  const [chosen, setChosen] = useState<Phase | null>(null);
  const [isWhole, setIsWhole] = useState(false);
  const [marking, setMarking] = useState<IncidentUse | null>(null);
  const phase = chosen ?? phaseToShow(uses);
  const rows = uses.rows.filter((row) => row.phase === phase);
  const noteOf = (id: string) => notes.filter(({ useId }) => useId === id).map(({ text }) => text);
  return (
    <>
      <fieldset className={classes.phases} aria-label="Uses by the window">
        {PHASES.map((one) => (
          <UnstyledButton
            key={one}
            className={classes.phase}
            aria-pressed={one === phase}
            data-alarm={one === "accepted_after" && uses.counts[one].uses > 0}
            title={PHASE_WORDS[one].means}
            onClick={() => {
              setChosen(one);
              setIsWhole(false);
            }}
          >
            <b>
              {groupedNumber(uses.counts[one].uses)}
              {uses.isExact ? "" : "+"}
            </b>
            <small>{PHASE_WORDS[one].name}</small>
          </UnstyledButton>
        ))}
      </fieldset>
      <p className="muted">
        {PHASE_WORDS[phase].means}
        {uses.toleranceSeconds > 0 ? ` ${words.tolerance(uses.toleranceSeconds)}` : ""}
      </p>
      {uses.isExact ? null : <p className="muted">{words.usesCut(uses.bounds)}</p>}
      {rows.length === 0 ? (
        <p className="muted">Nothing on record.</p>
      ) : (
        <PlainTable
          name={`Uses: ${PHASE_WORDS[phase].name}`}
          rows={isWhole ? rows : rows.slice(0, FIRST_LINES)}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "When",
              isWrapping: true,
              cell: (row: IncidentUse) => (
                <>
                  <Instant at={row.at} show="exact" />
                  <div className={classes.narrow}>
                    <Outcome use={row} />
                  </div>
                </>
              ),
            },
            {
              header: "Outcome",
              isWrapping: true,
              isExtra: true,
              cell: (row: IncidentUse) => <Outcome use={row} />,
            },
            {
              header: "Token",
              isExtra: true,
              cell: (row: IncidentUse) => (
                <IdText id={row.token.id} what="token id" href={`/tokens/${row.token.id}`} withCopy={false} />
              ),
            },
            {
              header: "At",
              isWrapping: true,
              cell: (row: IncidentUse) => (
                <>
                  <Request use={row} />
                  <div className={classes.narrow}>
                    <From use={row} />
                  </div>
                </>
              ),
            },
            {
              header: "From",
              isExtra: true,
              cell: (row: IncidentUse) => <From use={row} />,
            },
            {
              header: "Mark",
              isUntitled: true,
              align: "end",
              cell: (row: IncidentUse) => (
                <>
                  {row.isMarked ? (
                    <span title={noteOf(row.id).join("\n")}>
                      <IconStarFilled size={15} aria-label={`Marked: ${noteOf(row.id).join("; ")}`} />
                    </span>
                  ) : null}
                  {canMark ? (
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      leftSection={<IconStar size={14} />}
                      onClick={() => setMarking(row)}
                    >
                      {words.mark}
                    </Button>
                  ) : null}
                </>
              ),
            },
          ]}
        />
      )}
      {rows.length > FIRST_LINES ? (
        <Button size="compact-sm" variant="subtle" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? "Show fewer" : `Show all ${groupedNumber(rows.length)}`}
        </Button>
      ) : null}
      {uses.more[phase] > 0 ? (
        <p className="muted">
          {groupedNumber(uses.more[phase])} older ones: the evidence pack lists 1,000 of each kind, the log
          all.
        </p>
      ) : null}
      <NoteDialog number={number} use={marking} onClose={() => setMarking(null)} />
    </>
  );
}
