import type { Conversation } from "../../model/conversation.js";
import { bytesSent, type Upload } from "../../model/uploads.js";
import { useApp } from "../app.js";
import { ErrorBoundary, FailedRow } from "../guard.js";
import { Icon, IconButton } from "../parts.js";
import { words } from "../words.js";
import { FileName, iconOf } from "./offer.js";
import { formatSize } from "./size.js";

/** The files of a conversation that are being uploaded, after its messages. */
export function UploadRows({ conversation }: { conversation: Conversation }) {
  const last = conversation.timeline.entries.value.at(-1)?.mid ?? 0;
  // A stored upload is shown until its message is.
  const shown = conversation.uploads.value.filter(({ state }) => state.value.at !== "done" || state.value.mid > last);
  return (
    <>
      {shown.map((upload) => (
        <ErrorBoundary
          key={upload.sending.id}
          resetKey={upload}
          fallback={(error) => (
            <li class="news">
              <FailedRow error={error} />
            </li>
          )}
        >
          <UploadRow upload={upload} conversation={conversation} />
        </ErrorBoundary>
      ))}
    </>
  );
}

function UploadRow({ upload, conversation }: { upload: Upload; conversation: Conversation }) {
  const { chat } = useApp();
  const w = words();
  const { name, content } = upload.sending;
  const state = upload.state.value;
  const isRefused = state.at === "refused";
  const sent = state.at === "done" ? content.size : bytesSent(state);
  const cancel = () => chat.uploads.cancel(conversation, upload);
  const isLive = chat.state.value.at === "live";
  return (
    <li class={`message own upload${isRefused ? " refused" : " waits"}`}>
      <article class="bubble" aria-label={w.sendingFile(name)}>
        <div class="file">
          <Icon is={iconOf(name, content.type)} />
          <FileName of={name} />
          {!isRefused && <IconButton is="close" label={w.cancelFile(name)} onClick={cancel} />}
          {isRefused ? (
            <small class="why" role="alert">
              {w.refused}
              {w.separator}
              {w.code(state.code, state.text)}
            </small>
          ) : (
            <>
              <progress max={Math.max(1, content.size)} value={sent} aria-label={w.sendingFile(name)} />
              <small>
                {state.at === "waiting" && !isLive
                  ? w.waitsForConnection
                  : state.at === "sending" && state.speed > 0
                    ? `${formatSize(sent)} / ${formatSize(content.size)} · ${formatSize(state.speed)}/s`
                    : `${formatSize(sent)} / ${formatSize(content.size)}`}
              </small>
            </>
          )}
        </div>
        {isRefused && (
          <p class="choices">
            <button type="button" class="plain" onClick={() => chat.uploads.resend(conversation, upload)}>
              {w.again}
            </button>
            <button type="button" class="plain" onClick={cancel}>
              {w.delete}
            </button>
          </p>
        )}
      </article>
    </li>
  );
}
