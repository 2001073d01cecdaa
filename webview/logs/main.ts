import type { Filter, FromLogs, LogState, ToLogs, Wording } from "../protocol.ts";
import { defineElements } from "../ui/index.ts";
import { LogList } from "./list.ts";
import "./main.css";
import { describe } from "./status.ts";
import { Tools } from "./tools.ts";

interface Kept {
  filter: Filter;
  search: Wording;
  /** When it became so. */
  at: number;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromLogs): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
};

const colours = 8;

function start(): void {
  defineElements();
  const vscode = acquireVsCodeApi();
  const post = (message: FromLogs) => vscode.postMessage(message);
  const none: Wording = { text: "", regex: false, matchCase: false };
  const told: Partial<Kept> = JSON.parse(decodeURIComponent(document.body.dataset.kept ?? "{}"));
  const own = vscode.getState();
  const kept: Kept = {
    ...{ filter: { processes: [], level: "trace", wording: none }, search: none, at: 0 },
    // what the page was made with is old where it was hidden since, what VS Code keeps where its window was cut short
    ...(own && own.at > (told.at ?? 0) ? own : told),
  };
  let state: LogState | undefined;
  const keep = (change: Partial<Kept>) => {
    vscode.setState(Object.assign(kept, change, { at: Date.now() }));
    return kept.at;
  };
  const colourOf = (process: string) =>
    Math.max(0, state?.processes.findIndex(({ name }) => name === process) ?? 0) % colours;

  const list = new LogList({
    ask: (from, count) => post({ type: "rows", generation: state?.extent.generation ?? 0, from, count }),
    colourOf,
    onFollow: (following) => tools.following(following),
    onOpen: ({ process, places }, index) => {
      const place = places[index];
      if (place) post({ type: "open", process, path: place.path, line: place.line, column: place.column });
    },
    onSelect: () => {},
  });
  const tools: Tools = new Tools(kept, {
    colourOf,
    filter: (filter) => {
      post({ type: "filter", filter, at: keep({ filter }) });
    },
    search: (search) => {
      post({ type: "search", search, at: keep({ search }) });
      list.forget();
    },
    find: (direction) => post({ type: "find", row: list.active, direction }),
    follow: () => list.follow(!list.following),
    copy: () => post({ type: "copy", ...list.selection }),
    save: () => post({ type: "save" }),
  });
  const status = document.createElement("div");
  status.className = "status";
  status.setAttribute("role", "status");
  const empty = document.createElement("div");
  empty.className = "empty";
  document.body.append(tools.element, list.element, empty, status);

  const show = (next: LogState) => {
    const search = next.extent.hits !== state?.extent.hits;
    state = next;
    tools.show(next);
    list.setExtent(next.extent);
    if (search && kept.search.text !== "" && next.extent.done) list.forget();
    describe(next, { status, empty, up: () => post({ type: "up" }) });
    // the next state is only sent when this one is drawn
    requestAnimationFrame(() => post({ type: "seen" }));
  };

  window.addEventListener("message", ({ data }: MessageEvent<ToLogs>) => {
    switch (data.type) {
      case "state":
        return show(data.state);
      case "rows":
        if (data.generation === state?.extent.generation) list.setRows(data.from, data.rows);
        return;
      case "found":
        if (data.generation === state?.extent.generation) {
          tools.found(data.index);
          list.reveal(data.row);
        }
        return;
      case "select":
        return tools.select(data.processes);
    }
  });
  document.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase(); // of a letter, with caps lock too
    if (command && key === "f") {
      event.preventDefault();
      tools.focusSearch();
    } else if (key === "f3") {
      event.preventDefault();
      post({ type: "find", row: list.active, direction: event.shiftKey ? "previous" : "next" });
    } else if (command && key === "c" && list.selection && getSelection()?.isCollapsed !== false) {
      if (document.activeElement === list.element) post({ type: "copy", ...list.selection });
    }
  });
  post({ type: "ready", filter: kept.filter, search: kept.search });
}

start();
