"use client";

import { Button, Group, Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { WaitsHint } from "#components/second-person/waits-hint.tsx";
import type { LifetimePreview, ShorteningPlan } from "#lib/lifetimes/preview-model.ts";
import { shortenWords as words } from "./shorten-words.ts";
import type { ShorteningChoice } from "./use-shortening.tsx";

type ShortenFormProps = {
  preview: LifetimePreview;
  /** Lifetimes are about to be saved; else it is about the present ones. */
  isChange: boolean;
  /** Freezes the tokens: the same preview with its plan. */
  makePlan: () => Promise<LifetimePreview>;
  onAnswer: (choice: ShorteningChoice) => void;
};

type End = ShorteningPlan["ends"][number];

/** Says what outlives the new limits, and asks whether it is to end by them. What is shown then is what ends. */
export function ShortenForm({ preview, isChange, makePlan, onAnswer }: ShortenFormProps) {
  const [way, setWay] = useState(isChange ? "leave" : "shorten");
  const [planned, setPlanned] = useState<LifetimePreview | null>(preview.plan === null ? null : preview);
  const [isPlanning, setIsPlanning] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const [typed, setTyped] = useState("");
  const shown = planned ?? preview;
  const plan = planned?.plan ?? null;
  const wants = way === "shorten";

  async function choose(next: string) {
    setWay(next);
    if (next !== "shorten" || planned !== null || isPlanning) return;
    setProblem(null);
    setIsPlanning(true);
    try {
      setPlanned(await makePlan());
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setIsPlanning(false);
    }
  }

  const isConfirmed = plan !== null && (plan.confirm === null || typed.trim() === plan.confirm);
  function go() {
    if (!wants) return onAnswer({ go: true });
    if (plan === null) return;
    onAnswer({
      go: true,
      shorten: { planId: plan.id, ...(plan.confirm === null ? {} : { confirm: typed.trim() }) },
    });
  }

  return (
    <Stack gap="md">
      <div>
        {shown.sentences.map((sentence) => (
          <p key={sentence} style={{ margin: "0 0 6px" }}>
            {sentence}
          </p>
        ))}
      </div>
      {isChange ? (
        <Radio.Group aria-label={words.title} value={way} onChange={choose}>
          <Stack gap={8}>
            <Radio value="leave" label={words.leave} />
            <Radio value="shorten" label={words.shorten} />
          </Stack>
        </Radio.Group>
      ) : null}
      <ProblemAlert error={wants ? problem : null} title="They were not counted one by one" />
      {wants && planned !== null && plan === null ? <p style={{ margin: 0 }}>{words.noneLeft}</p> : null}
      {wants && plan !== null ? (
        <>
          <PlainTable
            name={words.ends}
            rows={plan.ends}
            keyOf={(end: End) => end.at ?? "now"}
            columns={[
              {
                header: words.at,
                cell: (end: End) =>
                  end.at === null ? (
                    isChange ? (
                      words.asSaved
                    ) : (
                      words.atOnce
                    )
                  ) : (
                    <Instant at={end.at} show="exact" />
                  ),
              },
              {
                header: words.tokens,
                align: "end",
                cell: (end: End) => end.tokens.toLocaleString("en"),
              },
            ]}
          />
          <p className="muted" style={{ margin: 0 }}>
            {words.late}
          </p>
          {plan.secondPerson === null ? null : <WaitsHint why={plan.secondPerson} />}
          {plan.needsOwner ? <p style={{ margin: 0 }}>{words.owner}</p> : null}
          {plan.confirm === null ? null : (
            <TextInput
              label={words.confirm(plan.confirm)}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </>
      ) : null}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={() => onAnswer({ go: false })}>
          {words.back}
        </Button>
        <Button
          variant="filled"
          color={wants ? "red" : undefined}
          loading={wants && isPlanning}
          disabled={wants && !isConfirmed}
          onClick={go}
        >
          {wants
            ? isChange
              ? words.saveAndShorten(plan?.tokens ?? 0)
              : words.endThem(plan?.tokens ?? 0)
            : words.saveAlone}
        </Button>
      </Group>
    </Stack>
  );
}
