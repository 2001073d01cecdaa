import { el, part } from "../dom.ts";
import type { DeployState, FromDeploy, ToDeploy } from "../protocol.ts";
import { choice, defineElements, link, press, ring, type Valued } from "../ui/index.ts";
import { drawLines, drawReplicas, drawTraffic } from "./live.ts";
import "./main.css";
import { drawPlan } from "./plan.ts";
import { drawRuns } from "./runs.ts";
import { Steps } from "./steps.ts";
import { cancel, primary, rollBack, sentence, tone } from "./words.ts";

declare function acquireVsCodeApi(): { postMessage(message: FromDeploy): void };

function start(): void {
  defineElements();
  const vscode = acquireVsCodeApi();
  const post = (message: FromDeploy) => vscode.postMessage(message);
  let state: DeployState | undefined;

  const title = el("h1", "");
  const stage = el("div", "stage");
  const on = el("span", "dim");
  const busy = ring();
  const says = el("p", "says");
  says.setAttribute("role", "status");
  const main = press(() => lead(state, post));
  const end = press(() => post({ type: "cancel" }));
  const breaks = press(() => post({ type: "breakLock" }));
  const back = press(() => {
    const taken = state?.phase.is === "running" && state.phase.taken;
    post({ type: taken ? "cancel" : "rollBack" });
  });
  const actions = el("div", "actions", main.element, end.element, breaks.element, back.element);
  const steps = new Steps((step) => post({ type: "copy", step }));
  const stepsPart = el("section", "", el("div", "heading", el("h2", "", "Steps")), steps.element);
  const [site, plan, replicas, traffic, lines, runs] = Array.from({ length: 6 }, () => el("section", ""));
  if (!site || !plan || !replicas || !traffic || !lines || !runs) return;
  site.className = "site";
  runs.className = "proof";
  const content = el("main", "", site, plan, traffic, replicas, lines, stepsPart, runs);
  document.body.append(
    el("header", "", el("div", "where", title, stage, on), actions, el("div", "now", busy, says)),
    content,
  );

  const showStages = part<Pick<DeployState, "stages" | "stage">>(stage, ({ stages, stage }) => [
    stages.length > 1
      ? pick(
          stages.map(({ name }) => name),
          stage,
          (name) => {
            if (name !== state?.stage) post({ type: "stage", name });
          },
        )
      : el("span", "name", stage),
  ]);
  const showSite = part<string | undefined>(site, (url) =>
    url === undefined ? [] : [el("p", "", "It answers at ", link(url, url))],
  );
  const showPlan = part(plan, drawPlan);
  const showReplicas = part(replicas, drawReplicas);
  const showTraffic = part(traffic, drawTraffic);
  const showLines = part(lines, drawLines);
  const showRuns = part(runs, drawRuns);

  const show = (next: DeployState) => {
    state = next;
    const { phase } = next;
    title.textContent = `Deploy ${next.app} to`;
    const servers = next.stages.find(({ name }) => name === next.stage)?.servers ?? [];
    on.textContent = servers.length === 0 ? "" : `on ${servers.join(", ")}`;
    showStages({ stages: next.stages, stage: next.stage });
    const goesOn = phase.is === "planning" || phase.is === "running";
    stage.querySelector("sistership-dropdown")?.toggleAttribute("disabled", goesOn);
    busy.hidden = !goesOn && !(phase.is === "locked" && phase.waiting);
    const now = sentence(next);
    if (says.textContent !== now) says.textContent = now;
    says.className = `says ${tone(next)}`;
    main.show(primary(next));
    end.show(cancel(next));
    breaks.show(phase.is === "locked" ? { label: "Break the Lock…" } : undefined);
    back.show(rollBack(next));
    showSite(phase.is === "done" && tone(next) === "good" ? phase.url : undefined);
    showPlan(phase);
    // when it is over, what runs is told by what was read on the servers, and that comes first
    content.classList.toggle("over", phase.is === "done");
    showReplicas(phase.is === "done" ? [] : next.replicas);
    showTraffic(next.traffic);
    showLines({ lines: next.lines, phase });
    stepsPart.hidden = next.steps.length === 0;
    steps.show(next.steps);
    showRuns(next.runs);
    requestAnimationFrame(() => post({ type: "seen" }));
  };

  window.addEventListener("message", ({ data }: MessageEvent<ToDeploy>) => show(data.state));
  setInterval(() => {
    if (state?.phase.is === "running" || state?.phase.is === "planning") steps.tick();
  }, 1000);
  post({ type: "ready" });
}

/** What the one button that leads on does now. */
function lead(state: DeployState | undefined, post: (message: FromDeploy) => void): void {
  if (state?.phase.is === "planned") post({ type: "deploy" });
  else if (state?.phase.is === "locked") post({ type: "wait" });
  else if (state !== undefined) post({ type: "plan" });
}

function pick(names: readonly string[], chosen: string, change: (name: string) => void): Valued {
  const list = choice("Stage", Object.fromEntries(names.map((name) => [name, name])), { change });
  // the options are known only once they are drawn
  queueMicrotask(() => {
    list.value = chosen;
  });
  return list;
}

start();
