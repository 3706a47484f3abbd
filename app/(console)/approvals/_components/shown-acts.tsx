import { ActChanges } from "#app/(console)/_components/act-changes.tsx";
import { Card, CardHeading } from "#components/display/card.tsx";
import type { ActCount, ApprovalDetail, ShownAct } from "#lib/approvals/model.ts";
import { actWords } from "#lib/audit/act-words.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { actTargetWords } from "#lib/revocations/target-words.ts";
import classes from "./approvals.module.css";
import { approvalWords as words } from "./words.ts";

const capital = (text: string) => text.replace(/^./, (first) => first.toUpperCase());

function Act({ act, actorKind }: { act: ShownAct; actorKind: string }) {
  const upon = actTargetWords(act);
  const title = `${actWords(act.act)} ${upon.name}`;
  return (
    <li className={classes.act}>
      <p className={classes.actTitle}>{capital(title)}</p>
      {act.reason === null ? null : (
        <p className="muted">
          {reasonWords(act.reason, actorKind)}
          {act.note ? `: ${act.note}` : ""}
        </p>
      )}
      {act.before === null && act.after === null ? null : (
        <ActChanges act={act.act} before={act.before} after={act.after} />
      )}
    </li>
  );
}

/** What stands above the plan and above the log's lines: of what may yet come, of what was done, of what was not. */
function headingsOf(state: ApprovalDetail["state"]): { title: string; log: string } {
  if (state === "done") return { title: words.happened, log: words.logSays };
  return state === "pending" || state === "approved"
    ? { title: words.wouldHappen, log: words.logWould }
    : { title: words.wouldHave, log: words.logWouldHave };
}

/** Of very many acts how many there are of each: all of them are held against what is done. */
function MoreActs({ counts, more }: { counts: readonly ActCount[]; more: number }) {
  return (
    <div className={classes.sentence}>
      <p className="muted">{words.moreActs(more)}</p>
      {counts.length === 0 ? null : (
        <ul>
          {counts.map(({ act, count }) => (
            <li key={act}>{words.actCount(capital(actWords(act)), count)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Exactly what would happen, or what did: the plan's sentences, and each act as the log would have it. */
export function ShownActs({ approval }: { approval: ApprovalDetail }) {
  const { shown, state, requestedBy, receives } = approval;
  const headings = headingsOf(state);
  const more = shown.actCount - shown.acts.length;
  return (
    <Card title={headings.title}>
      {state === "done" && shown.sentences.length > 0 ? <CardHeading>{words.asPlanned}</CardHeading> : null}
      {shown.sentences.map((sentence) => (
        <p key={sentence} className={classes.sentence}>
          {sentence}
        </p>
      ))}
      {receives === null ? null : (
        <p className={classes.sentence}>
          <strong>{receives}</strong>
        </p>
      )}
      {shown.acts.length === 0 && shown.sentences.length === 0 ? (
        <p className="muted">{words.noActs}</p>
      ) : null}
      {shown.acts.length > 0 ? <CardHeading>{headings.log}</CardHeading> : null}
      <ol className={classes.acts}>
        {shown.acts.map((act, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change, and two may be alike
          <Act key={index} act={act} actorKind={requestedBy.kind} />
        ))}
      </ol>
      {more > 0 ? <MoreActs counts={shown.counts} more={more} /> : null}
    </Card>
  );
}
