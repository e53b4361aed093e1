"use strict";
// GraphiQL over this server: signs in by itself where the server offers a session, and follows subscriptions.

let session = null;

/** The server's demo session with a token that lives on for at least a minute; null where there is none. */
async function signIn() {
  if (session && session.until > Date.now() + 60_000) return session;
  const response = await fetch("/graphiql/session", { cache: "no-store" });
  if (!response.ok) return null;
  session = await response.json();
  try {
    const claims = session.token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    session.until = JSON.parse(atob(claims)).exp * 1000;
  } catch {
    session.until = 0; // not a JWT: asked for each time
  }
  return session;
}

/** What the headers editor says, and the session's token unless it names one itself. */
async function headersFor(written) {
  const headers = { "content-type": "application/json", ...written };
  if (!Object.keys(headers).some((name) => name.toLowerCase() === "authorization")) {
    const signedIn = await signIn();
    if (signedIn) headers.authorization = `Bearer ${signedIn.token}`;
  }
  return headers;
}

function ask(parameters, headers, accept, signal) {
  const body = JSON.stringify(parameters);
  return fetch("/graphql", { method: "POST", headers: { ...headers, accept }, body, signal });
}

function isSubscription(document, name) {
  const operations = document?.definitions.filter((each) => each.kind === "OperationDefinition") ?? [];
  const chosen = operations.length === 1 ? operations[0] : operations.find((each) => each.name?.value === name);
  return chosen?.operation === "subscription";
}

/** Server-sent events as what GraphiQL observes. */
function follow(parameters, written) {
  return {
    subscribe(observer) {
      const stop = new AbortController();
      events(parameters, written, stop.signal, (answer) => observer.next(answer)).then(
        () => observer.complete(),
        (error) => stop.signal.aborted || observer.error(error),
      );
      return { unsubscribe: () => stop.abort() };
    },
  };
}

async function events(parameters, written, signal, next) {
  const response = await ask(parameters, await headersFor(written), "text/event-stream", signal);
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return next(await response.json());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split(/\r?\n\r?\n/);
    text = blocks.pop();
    for (const block of blocks) {
      const lines = block.split(/\r?\n/);
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (lines.some((line) => /^event: ?complete/.test(line))) return;
      if (data.trim()) next(JSON.parse(data));
    }
  }
}

async function fetcher(parameters, options) {
  if (isSubscription(options?.documentAST, parameters.operationName)) return follow(parameters, options.headers);
  const accept = "application/graphql-response+json, application/json;q=0.9";
  return (await ask(parameters, await headersFor(options?.headers), accept)).json();
}

signIn().catch(() => null).then((signedIn) => {
  const make = React.createElement;
  const who = signedIn ? `signed in as ${signedIn.user} · ` : "";
  const plans = make("a", { href: "/explorer" }, "query plans");
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    make(
      GraphiQL,
      { fetcher, defaultTabs: TABS, defaultEditorToolsVisibility: "variables", shouldPersistHeaders: false },
      make(GraphiQL.Logo, null, make("span", { className: "carmen" }, make("strong", null, "Carmen"), " · ", who, plans)),
    ),
  );
});
