"use client";

import { Textarea, type TextareaProps, TextInput, type TextInputProps } from "@mantine/core";
import type { Send } from "./use-send.ts";

type Field = {
  /** What the form sends. It says what is wrong with the field, until something else is typed. */
  request: Pick<Send, "touch" | "faultOf">;
  /** Where the value stands in the body. */
  path: string;
  value: string;
  onType: (text: string) => void;
};

type Look<Props> = Omit<Props, keyof Field | "onChange" | "error">;

const handlersOf = ({ request, path, value, onType }: Field) => ({
  value,
  onChange: (event: { currentTarget: { value: string } }) => {
    request.touch(path);
    onType(event.currentTarget.value);
  },
  error: request.faultOf(path),
});

/** One line of text of a form. What the browser remembers is not offered unless it is asked for. */
export function TextField({ request, path, value, onType, ...look }: Field & Look<TextInputProps>) {
  return <TextInput autoComplete="off" {...look} {...handlersOf({ request, path, value, onType })} />;
}

/** Several lines of text of a form. */
export function TextLinesField({ request, path, value, onType, ...look }: Field & Look<TextareaProps>) {
  return <Textarea {...look} {...handlersOf({ request, path, value, onType })} />;
}
