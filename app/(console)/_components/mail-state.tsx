import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { MAIL_STATE_WORDS, type MailRow } from "#lib/mail/model.ts";
import { SendAgain } from "./send-again.tsx";

/** What became of a mail: its state, when, and what the server said last where it did not take it. */
export function MailStateLine({ mail, canSend }: { mail: MailRow; canSend: boolean }) {
  const { state, attempts, sentAt, lastError, nextAttemptAt } = mail;
  return (
    <>
      <span title={MAIL_STATE_WORDS[state].means}>
        <StateBadge state={state} />
      </span>{" "}
      {state === "sent" ? <Instant at={sentAt} focusable /> : null}
      {state === "failed" && canSend ? <SendAgain mailId={mail.id} to={mail.toAddress} /> : null}
      {state !== "sent" && lastError !== null ? (
        <div className="muted">
          {lastError} ({attempts === 1 ? "1 attempt" : `${attempts} attempts`}
          {nextAttemptAt === null ? null : (
            <>
              , next <Instant at={nextAttemptAt} />
            </>
          )}
          )
        </div>
      ) : null}
    </>
  );
}
