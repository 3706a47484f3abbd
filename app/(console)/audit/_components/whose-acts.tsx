import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { LinkChoices } from "#components/display/link-choices.tsx";
import { type AuditEntriesQuery, auditEntriesTable } from "#lib/audit/table.ts";
import { ADMINS_ALONE, ANYONE, switchedOf, WITHOUT_ANY } from "./whose.ts";
import { auditWords as words } from "./words.ts";

/** Whose acts are shown: those of admins, unless somebody asks for all. */
export function WhoseActs({ query }: { query: AuditEntriesQuery }) {
  const { by: _, notBy: __, ...others } = query.filters;
  const by = switchedOf(query.filters)?.by;
  const choices = [
    { word: words.ofAdmins, filters: ADMINS_ALONE, isCurrent: by === ADMINS_ALONE.by, hint: undefined },
    { word: words.ofAnyone, filters: ANYONE, isCurrent: by === ANYONE.by, hint: words.ofAnyoneHint },
  ];
  return (
    <LinkChoices
      label={words.whose}
      choices={choices.map(({ word, filters, isCurrent, hint }) => ({
        word,
        isCurrent,
        hint,
        href:
          filters === ADMINS_ALONE && Object.keys(others).length === 0
            ? WITHOUT_ANY
            : listAddress("/audit/acts", auditEntriesTable, withFilters(query, { ...others, ...filters })),
      }))}
    />
  );
}
