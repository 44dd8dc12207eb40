import { Component, type ComponentChildren } from "preact";
import { words } from "./words.js";

interface GuardProps {
  /** What is shown inside: when it changes, rendering is tried again. */
  resetKey: unknown;
  /** Returns what is shown instead after a failure; calling `again` tries again. */
  fallback: (again: () => void) => ComponentChildren;
  children: ComponentChildren;
}

/** Shows something else in place of children that fail to render, so that they do not take down the whole page. */
export class ErrorBoundary extends Component<GuardProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ hasFailed: true });
  }

  override componentDidUpdate(before: GuardProps): void {
    if (this.state.hasFailed && before.resetKey !== this.props.resetKey) {
      this.retry();
    }
  }

  private readonly retry = (): void => this.setState({ hasFailed: false });

  override render(): ComponentChildren {
    return this.state.hasFailed ? this.props.fallback(this.retry) : this.props.children;
  }
}

/** Shown in place of a column, or of the whole page, that failed: what happened, and how to continue. */
export function Failed({ again: retry }: { again: () => void }) {
  const w = words();
  return (
    <section class="nothing" role="alert">
      <h1 tabIndex={-1}>{w.failed}</h1>
      <p>{w.failedMeans}</p>
      <p class="choices">
        <button type="button" class="plain" onClick={retry}>
          {w.failedAgain}
        </button>
        <button type="button" class="plain" onClick={() => location.reload()}>
          {w.reload}
        </button>
      </p>
    </section>
  );
}
