import { Component, type ComponentChildren } from "preact";
import { useApp } from "./app.js";
import { words } from "./words.js";

interface GuardProps {
  /** What is shown inside: when it changes, rendering is tried again. */
  resetKey: unknown;
  /** Returns what is shown instead after a failure; calling `retry` tries again. */
  fallback: (error: unknown, retry: () => void) => ComponentChildren;
  children: ComponentChildren;
}

/** Shows something else in place of children that fail to render, so that they do not take down the whole page. */
export class ErrorBoundary extends Component<GuardProps, { failure: { error: unknown } | null }> {
  override state = { failure: null as { error: unknown } | null };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failure: { error } });
  }

  override componentDidUpdate(before: GuardProps): void {
    if (this.state.failure !== null && before.resetKey !== this.props.resetKey) {
      this.retry();
    }
  }

  private readonly retry = (): void => this.setState({ failure: null });

  override render(): ComponentChildren {
    const { failure } = this.state;
    return failure !== null ? this.props.fallback(failure.error, this.retry) : this.props.children;
  }
}

/** Copies what went wrong, for whoever can mend it: what failed and where, in which page and browser. */
function CopyError({ error }: { error: unknown }) {
  const app = useApp();
  const w = words();
  const copy = () => {
    // Not everywhere does a stack begin with the message.
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const what = stack.startsWith(String(error)) ? stack : `${String(error)}\n${stack}`;
    app.copy(`${what}\n${import.meta.url}\n${navigator.userAgent}\n`);
  };
  return (
    <button type="button" class="plain" onClick={copy}>
      {w.copyError}
    </button>
  );
}

/** Shown in place of a message that failed. */
export function FailedRow({ error }: { error: unknown }) {
  return (
    <span>
      {words().failedMessage} <CopyError error={error} />
    </span>
  );
}

/** Shown in place of a column, or of the whole page, that failed: what happened, and how to continue. */
export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
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
        <CopyError error={error} />
      </p>
    </section>
  );
}
