import { GuardedHint } from "#components/second-person/guarded-kinds.tsx";
import { incidentWords as words } from "../../_components/words.ts";
import { PackButton } from "./pack-button.tsx";

/** The evidence as files. */
export function PackLinks({ number, canExport }: { number: number; canExport: boolean }) {
  if (!canExport) return <span className="muted">Your role does not export.</span>;
  return (
    <>
      <PackButton number={number} format="html">
        {words.pack} (HTML)
      </PackButton>
      <PackButton number={number} format="json">
        JSON alone
      </PackButton>
      <GuardedHint kind="exports" />
    </>
  );
}
