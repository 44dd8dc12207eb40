import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../../model/conversation.js";
import { useApp } from "../app.js";
import { Icon, IconButton, Sheet } from "../parts.js";
import { words } from "../words-later.js";
import { drawnJpeg } from "./drawing.js";
import { FileName, HEAD_BYTES, iconOf, isAnimated } from "./offer.js";
import { formatSize } from "./size.js";

/** What is sent as a picture, to be shown in place. */
const PICTURE = /^image\/(?:jpeg|png|gif|webp)$/;
/** What can be made smaller: still pictures. */
const PHOTO = /^image\/(?:jpeg|png|webp)$/;
/** The size from which a smaller version of a photo is offered, in bytes. */
const LARGE_PHOTO = 2 << 20;
/** The longest side of a smaller photo, in pixels, and its quality. */
const LONGEST_SIDE = 2560;
const QUALITY = 0.85;

interface Chosen {
  file: File;
  /** The same photo, smaller; null while it is being made, or if it can't be. */
  smaller: Blob | null;
}

/** Asks whether to send the files, and whether to shrink the photos; says which files can't be sent. */
export function SendSheet({ files, conversation, title, close }: { files: readonly File[]; conversation: Conversation; title: string; close: () => void }) {
  const { chat, login } = useApp();
  const w = words();
  const chosen = useSignal<readonly Chosen[]>([]);
  const isShrinking = useSignal(true);
  const isOriginal = useSignal(false);
  const limit = chat.self.value?.limits.file ?? Infinity;

  const known = useRef(new Set<File>());
  useEffect(() => {
    const added = files.filter((file) => !known.current.has(file));
    added.forEach((file) => known.current.add(file));
    chosen.value = [...chosen.peek(), ...added.map((file) => ({ file, smaller: null }))];
    let isCancelled = false;
    // One after the other: a phone does not have the memory for many at once.
    const shrinkPhotos = async () => {
      isShrinking.value = true;
      for (const { file } of chosen.peek().filter(({ smaller }) => smaller === null)) {
        const smaller = isCancelled ? null : await smallerOf(file);
        if (smaller !== null && !isCancelled) {
          chosen.value = chosen.peek().map((one) => (one.file === file ? { file, smaller } : one));
        }
      }
      if (!isCancelled) {
        isShrinking.value = false;
      }
    };
    void shrinkPhotos();
    return () => void (isCancelled = true);
  }, [files]);

  const contentOf = ({ file, smaller }: Chosen) => (isOriginal.value ? file : (smaller ?? file));
  const isTooLarge = (one: Chosen) => contentOf(one).size > limit;
  const sendable = chosen.value.filter((one) => !isTooLarge(one) && one.file.size > 0);
  const send = () => {
    chat.uploads.add(
      conversation,
      sendable.map((one) => {
        const content = contentOf(one);
        const isSmaller = content !== one.file;
        return {
          name: isSmaller ? one.file.name.replace(/\.[^.]*$|$/, ".jpg") : one.file.name,
          content,
          // The original is sent byte for byte, if a smaller version was offered.
          isPicture: PICTURE.test(content.type) && !(isOriginal.peek() && one.smaller !== null),
        };
      }),
    );
    close();
  };
  return (
    <Sheet label={w.sendFiles(files.length, title)} close={close}>
      <h2>{w.sendFiles(sendable.length, title)}</h2>
      <ul class="chosen">
        {chosen.value.map((one) => (
          <li key={one.file} class={isTooLarge(one) || one.file.size === 0 ? "failed" : undefined}>
            <Icon is={iconOf(one.file.name, one.file.type)} />
            <FileName of={one.file.name} />
            <small>
              {one.file.size === 0 ? w.emptyFile : isTooLarge(one) ? w.fileTooLarge(formatSize(one.file.size), formatSize(limit)) : formatSize(contentOf(one).size)}
            </small>
            <IconButton
              is="close"
              label={w.leaveOut(one.file.name)}
              onClick={() => {
                chosen.value = chosen.peek().filter((other) => other !== one);
                if (chosen.peek().length === 0) {
                  close();
                }
              }}
            />
          </li>
        ))}
      </ul>
      {chosen.value.some(({ smaller }) => smaller !== null) && (
        <label class="choice">
          <input type="checkbox" checked={isOriginal.value} onChange={({ currentTarget }) => (isOriginal.value = currentTarget.checked)} />
          {w.originalSize}
        </label>
      )}
      {!login.isOwnDevice.value && <p class="hint">{w.keepPageOpen}</p>}
      <p class="choices">
        <button type="button" class="plain" onClick={close}>
          {w.cancel}
        </button>
        <button type="button" class="strong" disabled={sendable.length === 0 || (isShrinking.value && !isOriginal.value)} autoFocus onClick={send}>
          {w.send}
        </button>
      </p>
    </Sheet>
  );
}

/**
 * Returns a large photo with fewer pixels, upright; null if it would not be smaller, is animated, or can't be read
 * here.
 */
async function smallerOf(file: File): Promise<Blob | null> {
  if (file.size <= LARGE_PHOTO || !PHOTO.test(file.type)) {
    return null;
  }
  try {
    if (isAnimated(await file.slice(0, HEAD_BYTES).arrayBuffer())) {
      return null;
    }
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const smaller = await drawnJpeg(Math.round(image.width * scale), Math.round(image.height * scale), QUALITY, (context) =>
      context.drawImage(image, 0, 0, context.canvas.width, context.canvas.height),
    );
    image.close();
    return smaller !== null && smaller.size < file.size * 0.8 ? smaller : null;
  } catch {
    return null;
  }
}
