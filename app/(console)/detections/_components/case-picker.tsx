"use client";

import { Select } from "@mantine/core";
import { useEffect, useState } from "react";
import { requestJson } from "#components/request/request-json.ts";
import type { IncidentRow } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { detectionWords as words } from "./words.ts";

/** Chooses one of the cases that are not closed, the newest first, by its number or its title. */
export function CasePicker({
  value,
  onChange,
}: {
  value: number | null;
  onChange: (number: number | null) => void;
}) {
  const [text, setText] = useState("");
  const [cases, setCases] = useState<IncidentRow[] | null>(null);

  useEffect(() => {
    const stop = new AbortController();
    const query = new URLSearchParams([
      ["state", "open"],
      ["state", "held"],
      ["state", "contained"],
      ["size", "20"],
    ]);
    // what was picked stands in the field as it is offered
    const asked = /^Case (\d+):/.exec(text)?.[1] ?? text.trim();
    if (asked !== "") query.set("q", asked);
    const timer = setTimeout(() => {
      requestJson<{ rows: IncidentRow[] }>(`/api/v1/incidents?${query}`, { signal: stop.signal })
        .then(({ rows }) => setCases(rows))
        .catch(() => {});
    }, 150);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  return (
    <Select
      label={words.whichCase}
      placeholder={words.caseHint}
      data={(cases ?? []).map(({ number, title }) => ({
        value: String(number),
        label: `Case ${number}: ${visibleText(title)}`,
      }))}
      // they are found by the console already
      filter={({ options }) => options}
      nothingFoundMessage={
        cases === null ? words.lookingForCases : text === "" ? words.noCaseOpen : words.noCases
      }
      value={value === null ? null : String(value)}
      onChange={(number) => onChange(number === null ? null : Number(number))}
      searchValue={text}
      onSearchChange={setText}
      searchable
      required
      comboboxProps={{ withinPortal: false }}
      data-autofocus
    />
  );
}
