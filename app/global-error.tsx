"use client";

import classes from "./global-error.module.css";

/** The last resort, without theme or frame: nothing else of the console could be drawn. It brings its own style, and follows the system's colours. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  return (
    <html lang="en">
      <head>
        <title>The console could not be shown · Tokenwarden</title>
      </head>
      <body className={classes.page}>
        <main className={classes.words}>
          <p className={classes.brand}>Tokenwarden</p>
          <h1 className={classes.title}>The console could not be shown</h1>
          <p>Something broke before anything of it could be drawn, here in your browser or at the server.</p>
          <p>Nothing was changed and nothing is lost. Tokens are checked without the console.</p>
          {digest === undefined ? null : (
            <p>
              Error <code>{digest}</code> in the console's log.
            </p>
          )}
          <p className={classes.actions}>
            <button type="button" className={classes.button} onClick={() => retry()}>
              Try again
            </button>
            <a className={classes.link} href="/">
              To the overview
            </a>
          </p>
        </main>
      </body>
    </html>
  );
}
