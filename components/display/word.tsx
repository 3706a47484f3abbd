import type { ReactNode } from "react";
import { Explained } from "./explained.tsx";
import { GLOSSARY, type GlossaryWord } from "./glossary.ts";

/** A word of the console's own, explained; its name is from the glossary unless another form of it is given. */
export function Word({ of, children }: { of: GlossaryWord; children?: ReactNode }) {
  const { name, means } = GLOSSARY[of];
  return <Explained means={means}>{children ?? name}</Explained>;
}
