import { clock, seconds } from "../dom.ts";
import type { DeployState } from "../protocol.ts";
import type { Press } from "../ui/index.ts";

/** How it stands, in a sentence. */
export function sentence(state: DeployState): string {
  const { phase, busy, stage, careful } = state;
  switch (phase.is) {
    case "idle":
      return busy === undefined
        ? "Nothing was looked at yet."
        : `"${busy}" goes on in this window: a deploy can begin when that is over.`;
    case "planning":
      return "Looking at what would change. Nothing is changed by that.";
    case "planned": {
      const { number, from } = phase.plan;
      const becomes =
        from === undefined
          ? `Release ${number} would be the first on ${stage}.`
          : `Release ${number} would take the place of release ${from} on ${stage}.`;
      const people = careful ? ` People use ${stage}: read what will change before you press.` : "";
      return `${becomes} Nothing has been changed yet.${people}`;
    }
    case "nothing":
      return `There is nothing to do: release ${phase.plan.from} on ${stage} is what lies here.`;
    case "running":
      if (phase.cancelling)
        return phase.taken
          ? "Going back: what was begun is taken back, as carefully as it was begun."
          : "Cancelling. Nothing that serves has been changed.";
      if (phase.what === "rollback") return `Going back on ${stage}. Closing this panel does not stop it.`;
      return phase.taken
        ? `The new version takes the place of the old one on ${stage}. Closing this panel does not stop it.`
        : `Getting ready on ${stage}: nothing that serves is changed yet. Closing this panel does not stop it.`;
    case "done": {
      const again = phase.what === "deploy" ? "" : " again";
      return isLive(state, phase.release)
        ? `Release ${phase.release} is live on ${stage}${again}, after ${seconds(phase.ms)}.`
        : `Release ${phase.release} went live on ${stage}${again}, after ${seconds(phase.ms)}. ${sinceThen(state)}`;
    }
    case "failed":
      return [phase.says, phase.next].filter(Boolean).join(" ");
    case "cancelled":
      return phase.says;
    case "locked": {
      const { owner, doing, since, heardSeconds, waiting } = phase;
      const who = `${owner} is at it on ${stage} ("${doing}"), since ${clock(since)}, heard of ${heardSeconds} s ago.`;
      return waiting
        ? `${who} Waiting until they are done; then what would change is looked at anew.`
        : `${who} Wait for them; or break the lock, if you know that nothing goes on.`;
    }
  }
}

/** Whether it is so still, as far as it is known: it may have been stopped since, or another be live. */
function isLive({ runs }: DeployState, release: number): boolean {
  return runs === undefined || (!runs.status.stopped && runs.status.releases.includes(release));
}

function sinceThen({ runs }: DeployState): string {
  const { stopped = false, releases = [] } = runs?.status ?? {};
  if (stopped) return "It is stopped now.";
  return releases.length === 0 ? "It is gone now." : `Release ${releases.join(" and ")} runs now.`;
}

/** The look of that sentence. */
export function tone(state: DeployState): "plain" | "good" | "bad" | "care" {
  const { phase, careful } = state;
  if (phase.is === "done") return isLive(state, phase.release) ? "good" : "plain";
  if (phase.is === "failed") return "bad";
  if (phase.is === "locked" || (phase.is === "planned" && careful)) return "care";
  return "plain";
}

/** The one button that leads on. */
export function primary({ phase, stage, careful, busy }: DeployState): Press | undefined {
  const disabled = busy !== undefined;
  switch (phase.is) {
    case "planning":
    case "running":
      return undefined;
    case "planned":
      return { label: careful ? `Deploy to ${stage}` : "Deploy", primary: true, disabled };
    case "locked":
      return phase.waiting ? undefined : { label: "Wait", primary: true };
    case "failed":
    case "cancelled":
      return { label: "Try Again", title: "Look anew at what would change", primary: true, disabled };
    case "idle":
      return { label: "See What Would Change", primary: true, disabled };
    case "nothing":
    case "done":
      return { label: "Look Again", title: "Look anew at what would change", disabled };
  }
}

export function cancel({ phase }: DeployState): Press | undefined {
  if (phase.is === "locked" && phase.waiting) return { label: "Stop Waiting" };
  if (phase.is === "planning") return { label: "Cancel" };
  if (phase.is !== "running") return undefined;
  return { label: "Cancel", title: "End it; what was begun is taken back", disabled: phase.cancelling };
}

/** The way back is always in sight; where it leads nowhere now, it says why. */
export function rollBack({ phase, runs, busy, stage }: DeployState): Press {
  if (phase.is === "running" && phase.taken)
    return { label: "Roll Back", title: "Take back what has begun", disabled: phase.cancelling };
  const label = "Roll Back…";
  if (phase.is === "running" || phase.is === "planning")
    return { label, title: "Nothing that serves has been changed yet: Cancel ends it", disabled: true };
  if (busy !== undefined) return { label, title: `"${busy}" goes on in this window`, disabled: true };
  if (runs !== undefined && runs.status.releases.length === 0)
    return { label, title: `Nothing runs on ${stage} yet`, disabled: true };
  return { label, title: `Choose a release of ${stage} that was live before` };
}
