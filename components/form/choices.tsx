"use client";

import { Checkbox, Radio, Stack } from "@mantine/core";
import type { ReactNode } from "react";

type ChoicesProps<Choice extends string> = {
  label: ReactNode;
  choices: readonly Choice[];
  wordsOf: (choice: Choice) => { name: string; means?: string | undefined };
  error?: string | undefined;
};

/** One of several, each with what it means. */
export function OneOf<Choice extends string>({
  label,
  choices,
  wordsOf,
  error,
  value,
  onChange,
}: ChoicesProps<Choice> & { value: Choice; onChange: (choice: Choice) => void }) {
  return (
    <Radio.Group label={label} value={value} onChange={(choice) => onChange(choice as Choice)} error={error}>
      <Stack gap={10} mt={8}>
        {choices.map((choice) => {
          const { name, means } = wordsOf(choice);
          return <Radio key={choice} value={choice} label={name} description={means} />;
        })}
      </Stack>
    </Radio.Group>
  );
}

/** Any of several, each with what it means. What is chosen keeps their order. */
export function AnyOf<Choice extends string>({
  label,
  choices,
  wordsOf,
  error,
  value,
  onChange,
}: ChoicesProps<Choice> & { value: readonly Choice[]; onChange: (chosen: Choice[]) => void }) {
  return (
    <Checkbox.Group
      label={label}
      value={[...value]}
      onChange={(chosen) => onChange(choices.filter((choice) => (chosen as string[]).includes(choice)))}
      error={error}
    >
      <Stack gap={10} mt={8}>
        {choices.map((choice) => {
          const { name, means } = wordsOf(choice);
          return <Checkbox key={choice} value={choice} label={name} description={means} />;
        })}
      </Stack>
    </Checkbox.Group>
  );
}
