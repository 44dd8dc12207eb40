package chatd.acceptance.model;

import static chatd.acceptance.model.ModelVerdict.when;

import chatd.acceptance.kit.JsonType;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** The part of a {@link GroupModel} that judges texts and their amendments. */
final class MessageModel {
    /** How often one text can be corrected. */
    static final int MAX_CORRECTIONS = 10;

    private final GroupModel model;

    MessageModel(GroupModel model) {
        this.model = model;
    }

    /** Judges a text to one user; {@code re} is the entry that it answers, or null. */
    ModelVerdict toOne(ModelAccount by, ModelAccount to, String text, @Nullable ModelEntry re) {
        var pair = ModelConversation.Pair.of(by, to);
        return ModelVerdict.entry(answer -> {
                    ModelEntry entry = text(answer, JsonType.TEXT, pair, by, text, re);
                    entry.isWithheld = to.blocked.contains(by);
                    entry.mentions = mentions(text, List.of(to));
                    model.add(entry);
                })
                .unless(when(to.isDeleted, "no-such-user"), whenUnanswerable(by, pair, re));
    }

    ModelVerdict toEveryone(ModelAccount by, String text, @Nullable ModelEntry re) {
        return ModelVerdict.entry(answer -> {
                    ModelEntry entry = text(answer, JsonType.TEXT_TO_ALL, GroupModel.EVERYONE, by, text, re);
                    entry.mentions = mentions(text, model.existing());
                    model.add(entry);
                })
                .unless(whenUnanswerable(by, GroupModel.EVERYONE, re));
    }

    ModelVerdict toGroup(ModelAccount by, ModelGroup group, String text, @Nullable ModelEntry re) {
        return ModelVerdict.entry(answer -> {
                    ModelEntry entry = text(answer, JsonType.TEXT_TO_ALL, group.conversation, by, text, re);
                    entry.mentions = group.isManagedBy(by) && words(text).contains("@all")
                            ? Set.of(group.number)
                            : mentions(text, group.roles.keySet());
                    model.add(entry);
                })
                .unless(
                        GroupModel.whenNotMember(by, group),
                        when(group.isClosed, "closed"),
                        whenUnanswerable(by, group.conversation, re));
    }

    private static ModelEntry text(
            GroupModel.Answer answer,
            int type,
            ModelConversation conversation,
            ModelAccount by,
            String text,
            @Nullable ModelEntry re) {
        var entry = new ModelEntry(answer, type, conversation, by, StringNode.valueOf(text));
        entry.re = re == null ? 0 : re.mid;
        return entry;
    }

    private static Set<String> words(String text) {
        return Set.copyOf(List.of(text.split(" ", -1)));
    }

    /** Returns the numbers of those receivers whose name is a word of the text after an @; the sender may be one. */
    private static Set<String> mentions(String text, Collection<ModelAccount> receivers) {
        Set<String> words = words(text);
        return receivers.stream()
                .filter(one -> words.contains("@" + one.name))
                .map(one -> one.number)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Returns whether an account can answer and amend an entry: a text that it sees, and that was
     * not taken back.
     */
    private static boolean isLiveText(ModelAccount by, ModelEntry entry) {
        return entry.isText() && ModelView.sees(by, entry) && entry.takenBack().isEmpty();
    }

    private static String whenUnanswerable(ModelAccount by, ModelConversation conversation, @Nullable ModelEntry re) {
        return when(re != null && !(isLiveText(by, re) && re.conversation.equals(conversation)), "no-such-message");
    }

    private static @Nullable ModelGroup group(ModelEntry entry) {
        return entry.conversation instanceof ModelConversation.Members(ModelGroup group) ? group : null;
    }

    /** Returns why nothing can be added to a conversation any more; empty if it can be. */
    private static String whenEnded(ModelAccount by, ModelEntry entry) {
        ModelGroup group = group(entry);
        if (group == null) {
            return "";
        }
        return group.isMember(by) ? when(group.isClosed, "closed") : "not-a-member";
    }

    ModelVerdict takeBack(ModelAccount by, ModelEntry entry) {
        if (!entry.isText() || !ModelView.sees(by, entry)) {
            return ModelVerdict.refused("no-such-message");
        }
        ModelGroup group = group(entry);
        boolean mayTakeBack = entry.by == by || (group != null && group.isManagedBy(by));
        Optional<ModelEntry> retraction = entry.takenBack();
        if (retraction.isPresent()) {
            if (!mayTakeBack) {
                return ModelVerdict.refused("no-such-message");
            }
            return retraction.get().by == by ? ModelVerdict.again(retraction.get().mid) : ModelVerdict.unclear();
        }
        ObjectNode info = JsonMapper.shared().createObjectNode();
        info.put("mid", entry.mid).put("by", by.number);
        return ModelVerdict.entry(answer -> amend(answer, JsonType.TAKEN_BACK, by, entry, info, null))
                .unless(when(!mayTakeBack, "not-allowed"));
    }

    ModelVerdict correct(ModelAccount by, ModelEntry entry, String text) {
        if (!isLiveText(by, entry)) {
            return ModelVerdict.refused("no-such-message");
        }
        ObjectNode info = JsonMapper.shared().createObjectNode();
        info.put("of", entry.mid).put("text", text);
        return unlessOne(
                ModelVerdict.entry(answer -> amend(answer, JsonType.CORRECTED, by, entry, info, null)),
                when(entry.by != by, "not-allowed"),
                whenEnded(by, entry),
                when(entry.amendments(JsonType.CORRECTED).count() >= MAX_CORRECTIONS, "too-many"));
    }

    ModelVerdict react(ModelAccount by, ModelEntry entry, String code, boolean isOn) {
        if (!isLiveText(by, entry)) {
            return ModelVerdict.refused("no-such-message");
        }
        Optional<ModelEntry> current = entry.reaction(by, code);
        ObjectNode info = JsonMapper.shared().createObjectNode();
        info.put("mid", entry.mid).put("code", code).put("on", isOn).put("by", by.number);
        ModelVerdict verdict = current.isPresent() == isOn
                ? ModelVerdict.nothing()
                : ModelVerdict.entry(answer -> amend(answer, JsonType.REACTION, by, entry, info, current.orElse(null)));
        return verdict.unless(whenEnded(by, entry));
    }

    /**
     * Returns the verdict with the reason to refuse it, if there is one; of several it is unclear
     * which one is given.
     */
    private static ModelVerdict unlessOne(ModelVerdict verdict, String... codes) {
        Set<String> reasons = new HashSet<>(List.of(codes));
        reasons.remove("");
        return reasons.size() > 1 ? ModelVerdict.unclear() : verdict.unless(codes);
    }

    private void amend(
            GroupModel.Answer answer,
            int type,
            ModelAccount by,
            ModelEntry of,
            JsonNode info,
            @Nullable ModelEntry ends) {
        var entry = new ModelEntry(answer, type, of.conversation, by, info);
        entry.of = of;
        entry.ends = ends;
        entry.isWithheld = of.conversation instanceof ModelConversation.Pair pair
                && pair.other(by).blocked.contains(by);
        model.add(entry);
    }

    /** Judges a read mark up to a number that is in the conversation as its reader sees it. */
    ModelVerdict read(ModelAccount by, ModelConversation conversation, long mid) {
        String unknown = conversation instanceof ModelConversation.Members(ModelGroup group) && !group.wasIn(by)
                ? GroupModel.whenNotMember(by, group)
                : when(false, "");
        return ModelVerdict.setting(() -> by.mark(conversation, mid)).unless(unknown);
    }

    ModelVerdict block(ModelAccount by, ModelAccount user, boolean isOn) {
        return ModelVerdict.setting(() -> {
                    if (isOn) {
                        by.blocked.add(user);
                    } else {
                        by.blocked.remove(user);
                    }
                })
                .unless(when(user.isDeleted, "no-such-user"), when(user == by, "not-allowed"));
    }
}
