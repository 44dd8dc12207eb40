import { useMemo } from "preact/hooks";
import { type Line, linesOf, mayBeFormatted, type Run } from "../model/markup.js";
import { safe } from "../model/safe.js";
import { type Part, partsOf } from "../model/text.js";
import { useApp } from "./app.js";
import { formatting } from "./device.js";
import { language, words } from "./words.js";

/** A text with its links, emoticons and mentions, and, unless the user wants it as it was written, its formatting. */
export function FormattedText({ text, mentioned = [] }: { text: string; mentioned?: readonly string[] }) {
  const shown = safe(text);
  if (formatting.value === "off" || !mayBeFormatted(shown)) {
    return <>{partsOf(shown, mentioned).map(partOf)}</>;
  }
  return <Lines text={shown} mentioned={mentioned} />;
}

function Lines({ text, mentioned }: { text: string; mentioned: readonly string[] }) {
  const lines = useMemo(() => linesOf(text, mentioned), [text, mentioned.join(" ")]);
  // Lines of one kind that follow each other are shown as one block.
  const blocks: Line[][] = [];
  for (const line of lines) {
    const block = blocks.at(-1);
    if (block?.[0]?.kind === line.kind && line.kind !== "code") {
      block.push(line);
    } else {
      blocks.push([line]);
    }
  }
  return <>{blocks.map((block, index) => blockOf(block, index === blocks.length - 1))}</>;
}

/** @param isLast whether it ends the text: what comes after the text may then be in its last line */
function blockOf(lines: readonly Line[], isLast: boolean) {
  const [first] = lines;
  switch (first?.kind) {
    case "code":
      return <Code text={first.text} />;
    case "quote":
      return <blockquote>{lines.map(lineOf)}</blockquote>;
    case "item":
      return <ul>{lines.map(itemOf)}</ul>;
    default:
      return isLast ? <span>{lines.map(lineOf)}</span> : <div>{lines.map(lineOf)}</div>;
  }
}

function lineOf(line: Line, index: number) {
  return (
    <>
      {index > 0 && "\n"}
      {"runs" in line && line.runs.map(runOf)}
    </>
  );
}

function itemOf(line: Line) {
  return (
    line.kind === "item" && (
      <li style={{ marginInlineStart: `${line.level * 1.25}em` }}>
        <span>{line.mark}</span>
        <span>{line.runs.map(runOf)}</span>
      </li>
    )
  );
}

function runOf({ part, isBold, isItalic }: Run) {
  const shown = part.kind === "code" ? <code>{part.text}</code> : partOf(part);
  const italic = isItalic ? <em>{shown}</em> : shown;
  return isBold ? <strong>{italic}</strong> : italic;
}

/** Lines of code, with a button that copies them. */
function Code({ text }: { text: string }) {
  const app = useApp();
  return (
    <div class="code">
      <pre dir="ltr" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <button type="button" class="plain" onClick={() => app.copy(text)}>
        {words().copy}
      </button>
    </div>
  );
}

function partOf(part: Part) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "link":
      return (
        <a href={part.to} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      );
    case "emoji": {
      const { emoticon } = part;
      const name = language.value === "zh" ? emoticon.zh : emoticon.en;
      return (
        <span class="emoji" role="img" aria-label={name} title={`${emoticon.code} ${name}`}>
          {emoticon.emoji}
        </span>
      );
    }
    case "mention":
      return <b class="mention">{part.text}</b>;
  }
}

/** Returns whether a text is a few emoji and nothing else, which are shown large. */
export function isOnlyEmoji(text: string): boolean {
  const parts = partsOf(text.slice(0, 64).trim());
  return (
    parts.length > 0 &&
    parts.length <= 3 &&
    text.length < 64 &&
    parts.every((part) =>
      part.kind === "text"
        ? [...new Intl.Segmenter().segment(part.text)].every(({ segment }) => /^(?:[\p{Emoji_Presentation}\p{RI}]|\p{Emoji}\ufe0f)|^\s*$/u.test(segment))
        : part.kind === "emoji",
    )
  );
}
