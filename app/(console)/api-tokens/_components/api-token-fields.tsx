"use client";

import { TextField, TextLinesField } from "#components/form/text-field.tsx";
import type { Send } from "#components/form/use-send.ts";
import { API_TOKEN_NAME_MAX } from "#lib/api-tokens/model.ts";
import { keptOtherwise } from "./networks-of.ts";
import { apiTokenWords as words } from "./words.ts";

type FieldProps = { request: Send; value: string; onType: (text: string) => void };

/** What an API token is called. */
export function NameField(props: FieldProps) {
  return <TextField {...props} path="name" label={words.name} maxLength={API_TOKEN_NAME_MAX} required />;
}

/** The networks that an API token may come from, one a line; none: from anywhere. */
export function NetworksField(props: FieldProps) {
  return (
    <TextLinesField
      {...props}
      path="networks"
      label={words.networks}
      description={[
        words.networksHelp,
        ...keptOtherwise(props.value).map(({ typed, kept }) => words.keptAs(typed, kept)),
      ].join(" ")}
      placeholder={words.networksExample}
      autosize
      minRows={2}
      maxRows={8}
      classNames={{ input: "mono" }}
      spellCheck={false}
    />
  );
}
