package chatd.acceptance.model;

import chatd.acceptance.kit.JsonType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one account sees of a {@link GroupModel}, by definition. Messages have the form that
 * {@link #comparable} gives those of the daemon.
 */
public final class ModelView {
    /** Stands for every salt, which is random. */
    private static final String SALT = "…";

    private final GroupModel model;
    private final ModelAccount reader;

    public ModelView(GroupModel model, ModelAccount reader) {
        this.model = model;
        this.reader = reader;
    }

    /** What is unread of a conversation. */
    record Unread(int count, int mentions, long first, long last) {}

    /** Returns whether an entry is in an account's history. */
    public static boolean sees(ModelAccount reader, ModelEntry entry) {
        return isSeen(reader, entry, stretch -> stretch.has(entry.mid));
    }

    /** Returns whether an entry is sent to an account's sessions when it is made. */
    static boolean isSent(ModelAccount reader, ModelEntry entry) {
        return isSeen(reader, entry, stretch -> stretch.isDuring(entry.mid));
    }

    private static boolean isSeen(ModelAccount reader, ModelEntry entry, Predicate<ModelGroup.Period> membership) {
        ModelEntry of = entry.of;
        if (of != null && !sees(reader, of)) {
            return false;
        }
        return switch (entry.conversation) {
            case ModelConversation.Everyone _ -> of != null || entry.mid > reader.since;
            case ModelConversation.Members(ModelGroup group) ->
                group.periods(reader).stream().anyMatch(membership);
            case ModelConversation.Pair pair -> pair.has(reader) && (entry.by == reader || isDelivered(reader, entry));
        };
    }

    /** Returns whether an entry of the other account of a pair is delivered to the reader. */
    private static boolean isDelivered(ModelAccount reader, ModelEntry entry) {
        // The end of a reaction that was never delivered is not delivered either.
        return entry.type == JsonType.TAKEN_BACK
                || (!entry.isWithheld && (entry.ends == null || sees(reader, entry.ends)));
    }

    private static boolean isIn(ModelEntry entry, @Nullable ModelConversation conversation) {
        return conversation == null || entry.conversation.equals(conversation);
    }

    private List<ModelEntry> items(@Nullable ModelConversation conversation) {
        return model.entries.stream()
                .filter(entry -> entry.isItem() && isIn(entry, conversation) && sees(reader, entry))
                .toList();
    }

    /**
     * Returns the messages of a conversation, or, with null, of all, as backward pages have them;
     * oldest first.
     */
    List<JsonNode> inBackwardPages(@Nullable ModelConversation conversation) {
        return items(conversation).stream().map(this::asNow).toList();
    }

    /** Returns the messages that forward pages have after a number. */
    List<JsonNode> inForwardPages(@Nullable ModelConversation conversation, long after) {
        return since(
                model.entries.stream()
                        .filter(entry -> isIn(entry, conversation) && sees(reader, entry))
                        .toList(),
                after);
    }

    /**
     * Returns the messages that are sent to a resumed session that has seen nothing above a number.
     */
    List<JsonNode> sentOnResume(long after) {
        return since(
                model.entries.stream().filter(entry -> isSent(reader, entry)).toList(), after);
    }

    /**
     * Returns the messages above a number as they are now, and the amendments above it of older
     * ones.
     */
    private List<JsonNode> since(List<ModelEntry> entries, long after) {
        List<ModelEntry> above =
                entries.stream().filter(entry -> entry.mid > after).toList();
        Set<ModelEntry> messages = above.stream().filter(ModelEntry::isItem).collect(Collectors.toSet());
        List<JsonNode> told = new ArrayList<>();
        for (ModelEntry entry : above) {
            ModelEntry of = entry.of;
            if (of == null) {
                told.add(asNow(entry));
            } else if (!messages.contains(of)
                    && (entry.type == JsonType.TAKEN_BACK || of.takenBack().isEmpty())) {
                told.add(asSent(entry));
            }
        }
        return told;
    }

    /** Returns an entry as it is sent when it is made. */
    JsonNode asSent(ModelEntry entry) {
        return plain(base(entry, entry.info, entry.isText() || entry.type == JsonType.CORRECTED));
    }

    private ObjectNode base(ModelEntry entry, JsonNode info, boolean isSalted) {
        ObjectNode message = JsonMapper.shared().createObjectNode();
        ModelAccount by = entry.by;
        message.put("send", by == null ? "server" : by.number)
                .put("receive", receive(entry))
                .put("type", entry.type)
                .put("mid", entry.mid)
                .put("time", entry.time)
                .set("info", info);
        if (by != null) {
            message.put("name", by.name);
        }
        if (isSalted) {
            message.put("salt", SALT);
        }
        if (entry.re > 0) {
            message.put("re", entry.re);
        }
        if (!entry.mentions.isEmpty()) {
            ArrayNode mentions = message.putArray("mentions");
            entry.mentions.forEach(mentions::add);
        }
        return message;
    }

    private static String receive(ModelEntry entry) {
        return switch (entry.conversation) {
            case ModelConversation.Everyone _ -> "";
            case ModelConversation.Members(ModelGroup group) -> group.number;
            case ModelConversation.Pair pair -> entry.by == null ? "" : pair.other(entry.by).number;
        };
    }

    /** Returns a message as a page has it now. */
    public JsonNode asNow(ModelEntry entry) {
        if (!entry.isText()) {
            return asSent(entry);
        }
        ModelEntry back = entry.takenBack().orElse(null);
        if (back != null) {
            ObjectNode message = base(entry, JsonMapper.shared().nullNode(), false);
            message.remove(List.of("re", "mentions"));
            message.putObject("taken_back")
                    .put("by", back.by == null ? "server" : back.by.number)
                    .put("time", back.time);
            return plain(message);
        }
        List<ModelEntry> corrections = entry.amendments(JsonType.CORRECTED)
                .filter(one -> sees(reader, one))
                .toList();
        JsonNode text =
                corrections.isEmpty() ? entry.info : corrections.getLast().info.path("text");
        ObjectNode message = base(entry, text, true);
        if (!corrections.isEmpty()) {
            ModelEntry last = corrections.getLast();
            message.putObject("version").put("mid", last.mid).put("time", last.time);
            ArrayNode corrected = message.putArray("corrected");
            for (ModelEntry before :
                    corrections.subList(0, corrections.size() - 1).reversed()) {
                version(corrected, before, before.info.path("text"));
            }
            version(corrected, entry, entry.info);
        }
        reactions(entry, message);
        return plain(message);
    }

    private static void version(ArrayNode to, ModelEntry entry, JsonNode text) {
        to.addObject()
                .put("mid", entry.mid)
                .put("time", entry.time)
                .put("salt", SALT)
                .set("text", text);
    }

    private void reactions(ModelEntry entry, ObjectNode message) {
        Map<String, List<ModelEntry>> byCode = entry.reactions()
                .filter(one -> sees(reader, one))
                .collect(Collectors.groupingBy(one -> one.info.path("code").asString()));
        if (byCode.isEmpty()) {
            return;
        }
        ObjectNode reactions = message.putObject("reactions");
        byCode.forEach((code, all) -> {
            ObjectNode one = reactions.putObject(code);
            one.put("n", all.size());
            ArrayNode by = one.putArray("by");
            all.forEach(reaction -> by.add(reaction.info.path("by").asString()));
        });
    }

    /**
     * Returns the account's conversations that have a message, the one with the newest message
     * first.
     */
    List<ModelConversation> conversations() {
        Map<ModelConversation, Long> last = new HashMap<>();
        items(null).forEach(entry -> last.merge(entry.conversation, entry.mid, Math::max));
        return last.keySet().stream()
                .sorted(Comparator.comparing(last::get, Comparator.reverseOrder()))
                .toList();
    }

    /** Returns what the account has not read of a conversation; a count of 0 if it has read all. */
    Unread unread(ModelConversation conversation) {
        long read = reader.marks.getOrDefault(conversation, 0L);
        List<ModelEntry> unread = items(conversation).stream()
                .filter(entry -> entry.isText()
                        && entry.takenBack().isEmpty()
                        && entry.by != reader
                        && entry.mid > read
                        && !isBlocked(entry.by))
                .toList();
        if (unread.isEmpty()) {
            return new Unread(0, 0, 0, 0);
        }
        Set<String> addressed = Set.of(reader.number, conversation.with(reader));
        int mentions = (int) unread.stream()
                .filter(entry -> entry.mentions.stream().anyMatch(addressed::contains))
                .count();
        return new Unread(Math.min(unread.size(), 100), mentions, unread.getFirst().mid, unread.getLast().mid);
    }

    /**
     * Returns whether the reader blocks an account; a block ends when the blocked account is
     * deleted.
     */
    private boolean isBlocked(@Nullable ModelAccount by) {
        return by != null && !by.isDeleted && reader.blocked.contains(by);
    }

    /** Returns a message in the form in which the daemon's are parsed. */
    private static JsonNode plain(JsonNode message) {
        return comparable(JsonMapper.shared().readTree(message.toString()));
    }

    /** Returns a message with random values replaced, and unordered lists sorted. */
    static JsonNode comparable(JsonNode message) {
        ObjectNode copy = (ObjectNode) message.deepCopy();
        if (copy.has("salt")) {
            copy.put("salt", SALT);
        }
        for (JsonNode version : copy.path("corrected")) {
            ((ObjectNode) version).put("salt", SALT);
        }
        sort(copy, "mentions");
        if (copy.path("info") instanceof ObjectNode info) {
            sort(info, "users");
        }
        return copy;
    }

    private static void sort(ObjectNode node, String key) {
        if (node.has(key)) {
            List<String> sorted = node.path(key)
                    .valueStream()
                    .map(JsonNode::asString)
                    .sorted()
                    .toList();
            ArrayNode array = node.putArray(key);
            sorted.forEach(array::add);
        }
    }
}
