package chatd.acceptance.model;

import chatd.acceptance.kit.JsonType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Anything that has a number: a text, a change of a group, or an amendment of a text. */
public final class ModelEntry {
    public final long mid;
    public final String time;
    final int type;
    public final ModelConversation conversation;

    /** Who did it; null for the server. */
    public final @Nullable ModelAccount by;

    final JsonNode info;

    /** The text that this amends; null if it is no correction, reaction or taking back. */
    @Nullable
    ModelEntry of;

    /** The number of the text that this answers; 0 if none. */
    long re;

    /** The numbers of those mentioned. */
    Set<String> mentions = Set.of();

    /** Whether the other account of a pair had blocked the one who did it. */
    boolean isWithheld;

    /** The reaction that this one ends; null if it ends none. */
    @Nullable
    ModelEntry ends;

    /** The amendments of this text, in order. */
    final List<ModelEntry> amendments = new ArrayList<>();

    ModelEntry(
            GroupModel.Answer answer,
            int type,
            ModelConversation conversation,
            @Nullable ModelAccount by,
            JsonNode info) {
        this.mid = answer.mid();
        this.time = answer.time();
        this.type = type;
        this.conversation = conversation;
        this.by = by;
        this.info = info;
    }

    public boolean isText() {
        return type == JsonType.TEXT || type == JsonType.TEXT_TO_ALL;
    }

    /** Returns whether pages list it by itself, not only as an amendment of a text. */
    boolean isItem() {
        return of == null;
    }

    public Optional<ModelEntry> takenBack() {
        return amendments(JsonType.TAKEN_BACK).findFirst();
    }

    Stream<ModelEntry> amendments(int kind) {
        return amendments.stream().filter(one -> one.type == kind);
    }

    /** Returns the reactions that were not ended, in the order in which they were added. */
    Stream<ModelEntry> reactions() {
        return amendments(JsonType.REACTION)
                .filter(one -> one.info.path("on").asBoolean())
                .filter(one -> amendments.stream().noneMatch(other -> other.ends == one));
    }

    /** Returns the reaction of an account with a code, if there is one now. */
    Optional<ModelEntry> reaction(ModelAccount account, String code) {
        return reactions()
                .filter(one ->
                        one.by == account && one.info.path("code").asString().equals(code))
                .findFirst();
    }
}
