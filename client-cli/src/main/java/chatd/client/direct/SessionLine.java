package chatd.client.direct;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A message on stream 0 of a direct session: a line of JSON in the vocabulary of {@code chat-json/1}. */
sealed interface SessionLine {
    Pattern USER = Pattern.compile("U[1-9]\\d{0,9}");

    /**
     * A text.
     *
     * @param number counts the sender's texts of this session from 1
     * @param answered what it answers; null for nothing
     */
    record Text(long number, String text, @Nullable AnsweredText answered) implements SessionLine {}

    /** Acknowledges all texts of the other side up to a number; also sent at the beginning, and as a keep-alive. */
    record Acknowledged(long number) implements SessionLine {}

    record Typing() implements SessionLine {}

    /** Asks to end the session. */
    record AskToEnd() implements SessionLine {}

    /** Answers {@link AskToEnd}. */
    record AnswerToEnd(boolean agrees) implements SessionLine {}

    /** Ends the session, without asking. */
    record Leave() implements SessionLine {}

    /** Returns the line, with its line break. */
    default byte[] line() {
        ObjectNode message = switch (this) {
            case Text(long number, String text, AnsweredText answered) -> {
                ObjectNode said = JsonLine.message(3).put("info", text).put("mid", number);
                if (answered != null) {
                    said.putObject("re").put("send", "U" + answered.user()).put("mid", answered.number());
                }
                yield said;
            }
            case Acknowledged(long number) -> {
                ObjectNode arrived = JsonLine.message(17);
                arrived.putObject("info").put("mid", number);
                yield arrived;
            }
            case Typing() -> {
                ObjectNode typing = JsonLine.message(22);
                typing.putObject("info");
                yield typing;
            }
            case AskToEnd() -> JsonLine.message(5).put("info", "END");
            case AnswerToEnd(boolean agrees) -> JsonLine.message(10).put("info", agrees);
            case Leave() -> JsonLine.message(5).put("info", "logout");
        };
        return JsonLine.of(message);
    }

    /** Reads a line; empty if it is none of these. */
    static Optional<SessionLine> read(byte[] line) {
        JsonNode message = JsonLine.read(line);
        JsonNode info = message.path("info");
        return switch (message.path("type").asInt(0)) {
            case 3 ->
                info.isString() && message.path("mid").canConvertToLong()
                        ? Optional.of(new Text(
                                message.path("mid").asLong(), info.stringValue(), answered(message.path("re"))))
                        : Optional.empty();
            case 5 ->
                switch (info.asString("")) {
                    case "END" -> Optional.of(new AskToEnd());
                    case "logout" -> Optional.of(new Leave());
                    default -> Optional.empty();
                };
            case 10 -> info.isBoolean() ? Optional.of(new AnswerToEnd(info.booleanValue())) : Optional.empty();
            case 17 -> Optional.of(new Acknowledged(info.path("mid").asLong(0)));
            case 22 -> Optional.of(new Typing());
            default -> Optional.empty();
        };
    }

    private static @Nullable AnsweredText answered(JsonNode re) {
        String user = re.path("send").asString("");
        return USER.matcher(user).matches() && re.path("mid").canConvertToLong()
                ? new AnsweredText(
                        Long.parseLong(user.substring(1)), re.path("mid").asLong())
                : null;
    }
}
