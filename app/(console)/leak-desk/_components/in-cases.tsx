"use client";

import { Alert, Button, Group } from "@mantine/core";
import { IconFolderOpen, IconFolderPlus } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { type CaseName, type IdentifiedValue, incidentHref } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import classes from "./leak-desk.module.css";
import { addToCase, type Cased, casedOf, casedWords, casesOf, restOf, sizeOf } from "./look-up.ts";
import { leakWords as words } from "./words.ts";

/** Cases beyond it are on the tokens' pages. */
const SHOWN = 5;

/** The open cases that have of it already: whoever finds it again goes on there, and puts what came with it into the same one. */
export function InCases({ found, canAdd }: { found: IdentifiedValue[]; canAdd: boolean }) {
  const router = useRouter();
  const [busyWith, setBusyWith] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const cases = casesOf(found);
  if (cases.length === 0) return null;
  const of = sizeOf(casedOf(found));

  async function add({ number }: CaseName, rest: Cased) {
    if (busyWith !== null) return;
    setBusyWith(number);
    setProblem(null);
    try {
      await addToCase(number, rest);
      router.push(incidentHref(number));
    } catch (error) {
      setProblem(error);
      setBusyWith(null);
    }
  }

  return (
    <Alert
      color="blue"
      role="status"
      icon={<IconFolderOpen size={18} />}
      title={words.inCases(
        cases.length,
        cases.some(({ number }) => sizeOf(restOf(found, number)) === 0),
      )}
    >
      {cases.slice(0, SHOWN).map((one, index) => {
        const { number, title, state, held } = one;
        const rest = restOf(found, number);
        const isAdding = sizeOf(rest) > 0 && canAdd;
        const variant = index === 0 ? "filled" : "default";
        return (
          <div key={number} className={classes.case}>
            <span>
              Case {number}: {visibleText(title)} <StateBadge state={state} />
              <br />
              <span className="muted">
                {sizeOf(rest) === 0 ? words.allInCase : words.partInCase(held, of)}
              </span>
            </span>
            <Group gap="xs">
              {isAdding ? (
                <Button
                  variant={variant}
                  leftSection={<IconFolderPlus size={16} />}
                  loading={busyWith === number}
                  onClick={() => add(one, rest)}
                >
                  {words.addToCase(number, words.addRest(casedWords(rest), sizeOf(rest) === 1))}
                </Button>
              ) : null}
              <LinkButton href={incidentHref(number)} variant={isAdding ? "default" : variant}>
                {words.toCase(number)}
              </LinkButton>
            </Group>
          </div>
        );
      })}
      <ProblemAlert error={problem} title={words.notAdded} />
    </Alert>
  );
}
