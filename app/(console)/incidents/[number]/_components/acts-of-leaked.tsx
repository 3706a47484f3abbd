import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { actOutcomeWords } from "#lib/audit/act-words.ts";
import {
  ACT_PHASE_WORDS,
  actCountWords,
  keptOf,
  type LeakedAct,
  type LeakedActs,
  logOf,
} from "#lib/incidents/leaked-model.ts";
import { type OwnSecretOfCase, ownSecretWords } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

/** What was done with what leaked of this product, as far as the log has it, and where the rest is. */
export function ActsOfLeaked({ secrets, acts }: { secrets: readonly OwnSecretOfCase[]; acts: LeakedActs }) {
  return (
    <>
      <ul className={classes.plain}>
        {secrets.map((secret) => (
          <li key={`${secret.ownerId} ${secret.hint}`}>
            <Link prefetch={false} href={logOf(secret)}>
              {words.inLog(visibleText(ownSecretWords(secret)))}
            </Link>{" "}
            <span className="muted">{words.keptOf(keptOf(secret))}</span>
          </li>
        ))}
      </ul>
      {secrets.some(({ kind }) => kind === "api_token") ? (
        <>
          <p>{words.leakedActs(actCountWords(acts))}</p>
          {acts.rows.length === 0 ? (
            <p className="muted">Nothing on record.</p>
          ) : (
            <PlainTable
              name="Acts of leaked API tokens"
              rows={acts.rows}
              keyOf={(row) => row.id}
              columns={[
                {
                  header: "When",
                  isWrapping: true,
                  cell: (row: LeakedAct) => (
                    <>
                      <Instant at={row.at} show="exact" />
                      <small className={classes.second}>{ACT_PHASE_WORDS[row.phase]}</small>
                    </>
                  ),
                },
                {
                  header: "Act",
                  isWrapping: true,
                  cell: (row: LeakedAct) => (
                    <>
                      <Link prefetch={false} href={`/audit/acts/${row.id}`}>
                        {visibleText(`${row.actor.name} ${actOutcomeWords(row)} ${row.target.name}`)}
                      </Link>
                      {row.note === null ? null : (
                        <small className={classes.second}>{visibleText(row.note)}</small>
                      )}
                    </>
                  ),
                },
              ]}
            />
          )}
          {acts.more > 0 ? <p className="muted">{words.moreActs(acts.more, acts.isExact)}</p> : null}
        </>
      ) : null}
    </>
  );
}
