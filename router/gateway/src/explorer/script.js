"use strict";
const $ = (selector) => document.querySelector(selector);
const query = $(".query"),
  backdrop = $(".backdrop"),
  variables = $("textarea.variables"),
  headers = $("textarea.headers");
const result = $(".result-window"),
  plan = $(".plan-window"),
  status = $(".status"),
  hints = $(".hints");
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

// ---- Tabs: one per operation, kept over reloads.
let tabs = load(),
  current = 0,
  schema = null,
  stop = null;
function load() {
  try {
    const kept = JSON.parse(localStorage.getItem("carmen.tabs"));
    if (Array.isArray(kept) && kept.length) return kept;
  } catch {
    /* first visit */
  }
  return TABS.length ? TABS.map((tab) => ({ ...tab })) : [{ title: "Query", query: "{ __typename }", variables: "" }];
}
function keep() {
  tabs[current].query = query.value;
  tabs[current].variables = variables.value;
  localStorage.setItem("carmen.tabs", JSON.stringify(tabs));
}
function show(index) {
  current = index;
  query.value = tabs[index].query;
  variables.value = tabs[index].variables || "";
  paint();
  drawTabs();
  offerOperations();
}
function drawTabs() {
  const nav = $(".tabs");
  nav.replaceChildren();
  tabs.forEach((tab, index) => {
    const button = document.createElement("button");
    button.textContent = tab.title;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(index === current));
    button.className = index === current ? "active" : "";
    button.onclick = () => {
      keep();
      show(index);
    };
    button.ondblclick = () => {
      const title = prompt("Name of the tab", tab.title);
      if (title) {
        tab.title = title;
        keep();
        drawTabs();
      }
    };
    nav.append(button);
  });
  const add = document.createElement("button");
  add.textContent = "+";
  add.setAttribute("aria-label", "New tab");
  add.onclick = () => {
    keep();
    tabs.push({ title: `Query ${tabs.length + 1}`, query: "{\n  \n}", variables: "" });
    show(tabs.length - 1);
    query.focus();
  };
  nav.append(add);
}

// ---- Colours: a highlighted copy lies under the transparent text of the editor.
const TOKENS =
  /(#[^\n]*)|("(?:\\.|[^"\\\n])*"?)|(\$\w+|\b-?\d+(?:\.\d+)?\b)|\b(query|mutation|subscription|fragment|on|true|false|null)\b|(\w+)(?=\s*:)/g;
function coloured(text) {
  return escape(text).replace(TOKENS, (all, comment, string, number, word, key) =>
    comment
      ? `<span class="c">${all}</span>`
      : string
        ? `<span class="s">${all}</span>`
        : number
          ? `<span class="n">${all}</span>`
          : word
            ? `<span class="w">${all}</span>`
            : key
              ? `<span class="k">${all}</span>`
              : all,
  );
}
function paint() {
  backdrop.innerHTML = coloured(query.value) + "\n";
  backdrop.scrollTop = query.scrollTop;
}
const COLOURED_MAX = 300000;
function showJson(value) {
  const text = JSON.stringify(value, null, 2);
  if (text.length > COLOURED_MAX) {
    result.textContent = text;
    return;
  }
  result.innerHTML = escape(text).replace(
    /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?)/g,
    (all, string, colon, word, number) =>
      string
        ? `<span class="${colon ? "k" : "s"}">${string}</span>${colon || ""}`
        : word
          ? `<span class="w">${all}</span>`
          : `<span class="n">${number}</span>`,
  );
}

// ---- Running.
function readObject(text, what) {
  if (!text.trim()) return {};
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} are not JSON: ${error.message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new Error(`${what} must be a JSON object`);
  return value;
}
function operations(text) {
  const bare = text.replace(/#[^\n]*/g, "").replace(/"(?:\\.|[^"\\\n])*"/g, '""');
  return [...bare.matchAll(/(?:^|[}\s])(query|mutation|subscription)\s+(\w+)/g)].map((match) => ({
    kind: match[1],
    name: match[2],
  }));
}
function offerOperations() {
  const select = $(".operation"),
    found = operations(query.value),
    before = select.value;
  select.hidden = found.length < 2;
  select.replaceChildren(...found.map(({ name }) => new Option(name, name)));
  if (found.some(({ name }) => name === before)) select.value = before;
}
function kindOf(name) {
  const found = operations(query.value);
  const named = found.find((operation) => operation.name === name);
  if (named) return named.kind;
  const match = query.value.replace(/#[^\n]*/g, "").match(/^\s*(query|mutation|subscription)\b/m);
  return match ? match[1] : "query";
}
async function run() {
  if (stop) stop();
  keep();
  plan.hidden = true;
  result.textContent = "";
  let request, extra;
  try {
    request = { query: query.value, variables: readObject(variables.value, "Variables") };
    extra = readObject(headers.value, "Headers");
  } catch (error) {
    status.textContent = error.message;
    return;
  }
  const name = $(".operation").value;
  if (name) request.operationName = name;
  if (kindOf(name) === "subscription") {
    subscribe(request, extra);
    return;
  }
  const started = performance.now();
  status.textContent = "Running …";
  try {
    const wanted = $(".with-plan").checked ? { "x-carmen-plan": "1" } : {};
    const response = await fetch("/graphql", {
      method: "POST",
      body: JSON.stringify(request),
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
        ...wanted,
        ...extra,
      },
    });
    const answer = await response.json();
    const text = answer.extensions?.plan;
    if (text) {
      plan.textContent = `${text}\n\n${(answer.extensions.traffic || []).map((call) => `${call.subgraph}: ${call.tookMs.toFixed(2)} ms, ${call.representations} representations`).join("\n")}`;
      plan.hidden = false;
      delete answer.extensions;
    }
    showJson(answer);
    status.textContent = `${response.status} · ${(performance.now() - started).toFixed(0)} ms · ${answer.errors ? `${answer.errors.length} error(s)` : "no errors"}`;
    if (response.status === 401) signIn();
  } catch (error) {
    status.textContent = `No answer: ${error.message}`;
  }
}
let renew = null;
function subscribe(request, extra) {
  const socket = new WebSocket(
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    "graphql-transport-ws",
  );
  const events = [];
  let open = true;
  let token = extra.authorization;
  // Only the page's own token has a successor; one written by hand ends when it ends.
  renew = (before, after) => {
    if (token !== before || socket.readyState !== WebSocket.OPEN) return;
    token = after;
    socket.send(JSON.stringify({ type: "ping", payload: { authorization: after } }));
  };
  stop = () => {
    open = false;
    socket.close(1000);
    stop = null;
    $(".stop").hidden = true;
    status.textContent += " · stopped";
  };
  $(".stop").hidden = false;
  status.textContent = "Connecting …";
  socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init", payload: extra }));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "connection_ack") {
      status.textContent = "Listening …";
      socket.send(JSON.stringify({ type: "subscribe", id: "1", payload: request }));
    }
    if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
    if (message.type === "next") {
      events.unshift(message.payload);
      if (events.length > 50) events.pop();
      showJson(events);
      status.textContent = `Listening … ${new Date().toLocaleTimeString()}`;
    }
    if (message.type === "error") {
      showJson({ errors: message.payload });
      stop && stop();
    }
    if (message.type === "complete" && stop) stop();
  };
  socket.onclose = ({ code, reason }) => {
    if (open) {
      status.textContent = `Closed: ${code} ${reason}`;
      stop = null;
      $(".stop").hidden = true;
    }
  };
}

// ---- Schema: documentation and completion.
const TYPE = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
const INTROSPECTION = `{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { kind name description fields(includeDeprecated: true) { name description isDeprecated deprecationReason args { name description type { ${TYPE} } } type { ${TYPE} } } inputFields { name description type { ${TYPE} } } enumValues { name description } possibleTypes { name } } } }`;
const shown = (type) =>
  type.kind === "NON_NULL" ? `${shown(type.ofType)}!` : type.kind === "LIST" ? `[${shown(type.ofType)}]` : type.name;
const inner = (type) => (type.ofType ? inner(type.ofType) : type.name);
async function introspect() {
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", ...readObject(headers.value, "Headers") },
      body: JSON.stringify({ query: INTROSPECTION }),
    });
    const answer = await response.json();
    if (!answer.data) return;
    const all = answer.data.__schema;
    schema = {
      types: new Map(all.types.map((type) => [type.name, type])),
      query: all.queryType?.name,
      mutation: all.mutationType?.name,
      subscription: all.subscriptionType?.name,
    };
    docs(null);
  } catch {
    /* the page works without */
  }
}
function link(name) {
  return `<a data-type="${escape(name)}">${escape(name)}</a>`;
}
function typed(type) {
  const name = inner(type);
  return escape(shown(type)).replace(name, link(name));
}
function docs(name) {
  const body = $(".docs-body");
  if (!schema) {
    body.textContent = "The schema cannot be read.";
    return;
  }
  if (!name) {
    const roots = [schema.query, schema.mutation, schema.subscription].filter(Boolean);
    body.innerHTML = `<h3>Roots</h3>${roots.map((root) => `<p>${link(root)}</p>`).join("")}<h3>Types</h3>${[
      ...schema.types.keys(),
    ]
      .filter((type) => !type.startsWith("__") && !roots.includes(type))
      .sort()
      .map((type) => `<div>${link(type)}</div>`)
      .join("")}`;
    return;
  }
  const type = schema.types.get(name);
  if (!type) return;
  const fields = (type.fields || type.inputFields || [])
    .map(
      (field) =>
        `<dt>${escape(field.name)}${field.args?.length ? `(${field.args.map((arg) => `${escape(arg.name)}: ${typed(arg.type)}`).join(", ")})` : ""}: ${typed(field.type)}</dt><dd>${escape(field.description || "")}${field.isDeprecated ? ` <em>Deprecated: ${escape(field.deprecationReason || "")}</em>` : ""}</dd>`,
    )
    .join("");
  const values = (type.enumValues || [])
    .map((value) => `<dt>${escape(value.name)}</dt><dd>${escape(value.description || "")}</dd>`)
    .join("");
  const members = (type.possibleTypes || []).map((member) => `<div>${link(member.name)}</div>`).join("");
  body.innerHTML = `<p><a data-type="">← all types</a></p><h3>${escape(name)}</h3><p>${escape(type.description || "")}</p><dl>${fields}${values}</dl>${members}`;
}
function search(text) {
  if (!schema) return;
  if (!text) {
    docs(null);
    return;
  }
  const found = [],
    wanted = text.toLowerCase();
  for (const type of schema.types.values()) {
    if (type.name.startsWith("__")) continue;
    if (type.name.toLowerCase().includes(wanted)) found.push(`<div>${link(type.name)}</div>`);
    for (const field of type.fields || [])
      if (field.name.toLowerCase().includes(wanted)) found.push(`<div>${link(type.name)}.${escape(field.name)}</div>`);
  }
  $(".docs-body").innerHTML = found.slice(0, 100).join("") || "Nothing found.";
}

// ---- Completion: the selection around the cursor is walked down from the root.
function typeAt(text) {
  const bare = text.replace(/#[^\n]*/g, "").replace(/"(?:\\.|[^"\\\n])*"/g, '""');
  const stack = [];
  let last = null,
    round = 0,
    root = schema.query;
  for (const token of bare.matchAll(/\.\.\.|[{}()]|\$?\w+|:/g)) {
    const word = token[0];
    if (word === "(") round++;
    else if (word === ")") round--;
    else if (round > 0) continue;
    else if (word === "{") {
      const parent = stack.at(-1);
      const field = parent && last && schema.types.get(parent)?.fields?.find((field) => field.name === last);
      stack.push(
        !stack.length
          ? schema.types.has(last)
            ? last
            : root
          : field
            ? inner(field.type)
            : schema.types.has(last)
              ? last
              : parent,
      );
      last = null;
    } else if (word === "}") {
      stack.pop();
      last = null;
      if (!stack.length) root = schema.query;
    } else if (!stack.length && ["query", "mutation", "subscription"].includes(word)) root = schema[word];
    else if (word !== ":" && word !== "...") last = word;
  }
  return round > 0 ? null : stack.at(-1);
}
function complete() {
  hints.hidden = true;
  if (!schema) return;
  const before = query.value.slice(0, query.selectionStart),
    word = (before.match(/\w*$/) || [""])[0];
  if (!word || before.at(-word.length - 1) === "$") return;
  const type = typeAt(before.slice(0, before.length - word.length)),
    fields = schema.types.get(type)?.fields || [];
  const found = fields
    .filter((field) => field.name.toLowerCase().startsWith(word.toLowerCase()) && field.name !== word)
    .slice(0, 12);
  if (!found.length) return;
  hints.replaceChildren(
    ...found.map((field, index) => {
      const item = document.createElement("li");
      item.textContent = `${field.name}: ${shown(field.type)}`;
      item.dataset.name = field.name;
      item.className = index ? "" : "chosen";
      item.onmousedown = (event) => {
        event.preventDefault();
        accept(field.name);
      };
      return item;
    }),
  );
  const lines = before.split("\n");
  hints.style.left = `${Math.min(12 + lines.at(-1).length * 7.8, query.clientWidth - 200)}px`;
  hints.style.top = `${12 + lines.length * 19.5 - query.scrollTop}px`;
  hints.hidden = false;
}
function accept(name) {
  const at = query.selectionStart,
    word = (query.value.slice(0, at).match(/\w*$/) || [""])[0];
  query.setRangeText(name, at - word.length, at, "end");
  hints.hidden = true;
  edited(false);
}
function edited(hint = true) {
  paint();
  offerOperations();
  keep();
  if (hint) complete();
}
function prettify() {
  let depth = 0,
    out = "",
    round = 0;
  for (const [token] of query.value.matchAll(/#[^\n]*|"(?:\\.|[^"\\\n])*"|\.\.\.|[{}()\[\]:,!=]|@?\$?[\w-]+/g)) {
    const line = () => `\n${"  ".repeat(depth)}`;
    if (token === "(" || token === "[") {
      round++;
      out += token;
    } else if (token === ")" || token === "]") {
      round--;
      out += token;
    } else if (round > 0)
      out +=
        token === ":" || token === ","
          ? `${token} `
          : token === "="
            ? " = "
            : /[\w"$]$/.test(out) && /^[\w"$@]/.test(token)
              ? ` ${token}`
              : token;
    else if (token === "{") {
      depth++;
      out += /\S$/.test(out) ? " {" : "{";
      out += line();
    } else if (token === "}") {
      depth--;
      out = `${out.trimEnd()}${line()}}${line()}`;
      if (!depth) out += "\n";
    } else if (token === ":") out = `${out.trimEnd()}: `;
    else if (token === ",") out += "";
    else if (token.startsWith("#")) out += token + line();
    else if (/: $|\.\.\.\s?(on )?$/.test(out)) out += token === "on" ? " on " : token;
    else if (token.startsWith("@")) out = `${out.trimEnd()} ${token}`;
    else if (depth === 0) out += /\S$/.test(out) ? ` ${token}` : token;
    else out += /[\w)\]]$/.test(out) ? line() + token : token;
  }
  query.value =
    out
      .replace(/[ \t]+\n/g, "\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim() + "\n";
  edited(false);
}

// ---- Who is signed in.
let granted = null;
async function signIn() {
  try {
    const response = await fetch("/graphiql/session", { cache: "no-store" });
    if (!response.ok) return;
    const session = await response.json();
    const before = granted;
    granted = `Bearer ${session.token}`;
    if (renew) renew(before, granted);
    headers.value = JSON.stringify(
      { ...readObject(headers.value, "Headers"), authorization: granted },
      null,
      2,
    );
    $(".user").textContent = `signed in as ${session.user}`;
  } catch {
    /* without a session the headers are written by hand */
  }
}
const RENEW_MS = 4 * 60 * 1000;

// ---- Wiring.
$(".run").onclick = run;
$(".stop").onclick = () => stop && stop();
$(".prettify").onclick = prettify;
query.oninput = () => edited();
query.onscroll = paint;
query.onblur = () => {
  hints.hidden = true;
};
variables.oninput = keep;
query.onkeydown = (event) => {
  if (!hints.hidden && ["Tab", "Enter", "ArrowDown", "ArrowUp", "Escape"].includes(event.key) && !event.ctrlKey) {
    event.preventDefault();
    const items = [...hints.children],
      chosen = items.findIndex((item) => item.className === "chosen");
    if (event.key === "Escape") hints.hidden = true;
    else if (event.key.startsWith("Arrow")) {
      items[chosen].className = "";
      items[(chosen + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].className = "chosen";
    } else accept(items[chosen].dataset.name);
  } else if (event.key === "Tab") {
    event.preventDefault();
    query.setRangeText("  ", query.selectionStart, query.selectionEnd, "end");
    edited(false);
  }
};
document.onkeydown = (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    hints.hidden = true;
    run();
  }
};
document.querySelectorAll("[data-lower]").forEach((button) => {
  button.onclick = () => {
    document.querySelectorAll("[data-lower]").forEach((other) => other.classList.toggle("active", other === button));
    variables.hidden = button.dataset.lower !== "variables";
    headers.hidden = button.dataset.lower !== "headers";
  };
});
$("[data-panel]").onclick = () => {
  $(".docs").hidden = !$(".docs").hidden;
};
$(".docs-search").oninput = (event) => search(event.target.value);
$(".docs").onclick = (event) => {
  if (event.target.dataset.type !== undefined) docs(event.target.dataset.type || null);
};
show(0);
signIn().then(introspect);
setInterval(signIn, RENEW_MS);
