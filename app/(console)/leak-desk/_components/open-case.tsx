"use client";

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconFolderPlus } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Card } from "#components/display/card.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { faultAt } from "#components/form/fault-words.ts";
import { RequestProblem } from "#components/request/request-json.ts";
import {
  type IdentifiedValue,
  incidentHref,
  SEVERITIES,
  SEVERITY_WORDS,
  type Severity,
  TITLE_MAX,
} from "#lib/incidents/model.ts";
import { InCases } from "./in-cases.tsx";
import classes from "./leak-desk.module.css";
import { casedOf, casesOf, sizeOf, suggestedSeverity, suggestedTitle } from "./look-up.ts";
import { openingOf } from "./opening.ts";
import { leakWords as words } from "./words.ts";

const FIELDS = ["title"];

/** Opens a case on what was found; the title is there already. Where a case has it, that one comes first. */
export function OpenCase({ found, canOpen }: { found: IdentifiedValue[]; canOpen: boolean }) {
  const router = useRouter();
  const cased = casedOf(found);
  const [title, setTitle] = useState(() => suggestedTitle(found));
  const [severity, setSeverity] = useState<Severity>(() => suggestedSeverity(found));
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  // one for what was found: pressing again goes on with it
  const [opening] = useState(() => openingOf(cased));

  const hasOwn = found.some(({ own }) => own !== null);
  if (sizeOf(cased) === 0)
    return (
      <Card>
        <p>{hasOwn ? words.ownNoCase : words.nothing}</p>
      </Card>
    );

  const cases = casesOf(found);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy || title.trim() === "") return;
    setIsBusy(true);
    setProblem(null);
    try {
      router.push(incidentHref(await opening.go({ title: title.trim(), severity })));
    } catch (error) {
      setProblem(error);
      setIsBusy(false);
    }
  }

  const stand = opening.stand();
  const open = cases.length === 0 ? words.open : words.openAnother;
  return (
    <>
      <InCases found={found} canAdd={canOpen} />
      <Card title={open}>
        <form onSubmit={submit} className={classes.open}>
          <TextInput
            label="Title"
            value={title}
            maxLength={TITLE_MAX}
            autoComplete="off"
            disabled={stand !== null}
            error={problem instanceof RequestProblem ? faultAt(problem.errors, "title") : undefined}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <NativeSelect
            label="Severity"
            value={severity}
            disabled={stand !== null}
            onChange={(event) => setSeverity(event.currentTarget.value as Severity)}
            data={SEVERITIES.map((value) => ({ value, label: SEVERITY_WORDS[value] }))}
          />
          <Button
            type="submit"
            variant={cases.length === 0 ? "filled" : "default"}
            leftSection={<IconFolderPlus size={16} />}
            loading={isBusy}
            disabled={!canOpen}
          >
            {stand === null || isBusy ? open : words.addRestOf(stand.number)}
          </Button>
        </form>
        {canOpen ? null : <p className="muted">Your role does not allow it.</p>}
        {hasOwn ? <p className="muted">{words.ownBeside}</p> : null}
        {stand === null ? (
          <ProblemAlert error={problem} fields={FIELDS} />
        ) : (
          <ProblemAlert error={problem} title={words.notAdded} outcome={words.stoppedAt(stand)} />
        )}
      </Card>
    </>
  );
}
