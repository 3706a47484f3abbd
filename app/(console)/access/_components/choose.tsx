"use client";

import { Select } from "@mantine/core";
import { useRouter } from "next/navigation";

export type ChoiceGroup = { group: string; items: { value: string; label: string }[] };

/** One of many, found by typing; the address follows it. */
export function Choose({
  label,
  placeholder,
  groups,
  value,
  param,
}: {
  label: string;
  placeholder: string;
  groups: ChoiceGroup[];
  value: string | null;
  /** Of the address. */
  param: string;
}) {
  const router = useRouter();
  return (
    <Select
      label={label}
      placeholder={placeholder}
      data={groups}
      value={value}
      searchable
      maxDropdownHeight={360}
      nothingFoundMessage="Nothing of that name"
      onChange={(chosen) =>
        router.push(
          // what is cleared leads back to the question that it answered
          `/access?${new URLSearchParams(chosen === null ? (param === "act" ? { by: "act" } : {}) : { [param]: chosen })}`,
        )
      }
      maw={640}
    />
  );
}
