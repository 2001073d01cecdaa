import type { LogState } from "../protocol.ts";
import { button } from "../ui/index.ts";

interface Places {
  status: HTMLElement;
  empty: HTMLElement;
  up: () => void;
}

const number = new Intl.NumberFormat();

/** Says in words how it stands, and what to do where there is nothing to see. */
export function describe(state: LogState, { status, empty, up }: Places): void {
  const { connection, processes, extent, dropped } = state;
  const count = extent.end - extent.first;
  const parts = [`${number.format(count)} ${count === 1 ? "line" : "lines"}`];
  if (!extent.done) parts.push("looking further…");
  if (dropped > 0) parts.push(`${number.format(dropped)} older ones were dropped`);
  if (connection.is === "reconnecting") parts.push(connection.says);
  if (connection.is === "connecting") parts.push("connecting…");
  if (state.stage === undefined && processes.length > 0 && processes.every((one) => one.state === "ended"))
    parts.push("all processes have ended");
  say(status, parts.join(" · "));

  const nothing = count === 0 ? reason(state) : undefined;
  empty.hidden = nothing === undefined;
  if (nothing === undefined || empty.dataset.says === nothing.says) return;
  empty.dataset.says = nothing.says;
  const text = document.createElement("p");
  text.textContent = nothing.says;
  empty.replaceChildren(text);
  if (nothing.offer) {
    const press = button(nothing.offer, { press: up });
    press.setAttribute("appearance", "primary");
    empty.append(press);
  }
}

function reason(state: LogState): { says: string; offer?: string } | undefined {
  const { connection, processes, extent, stage } = state;
  const start = stage === undefined ? "Open in Environment" : "Try Again";
  if (connection.is === "failed") return { says: connection.says, offer: start };
  if (connection.is === "connecting" || !extent.done) return undefined;
  if (processes.length === 0)
    return stage === undefined
      ? { says: "Nothing runs in this environment.", offer: start }
      : { says: `Nothing runs on ${stage}, and its servers keep nothing of what did.` };
  if (extent.filterError === undefined && extent.generation > 1)
    return { says: "No line passes the filter." };
  return { says: "Nothing was printed yet." };
}

function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
