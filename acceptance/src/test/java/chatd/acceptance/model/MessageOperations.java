package chatd.acceptance.model;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random operations on texts. */
final class MessageOperations {
    private static final List<String> CODES = List.of("👍", "🎉", "👀", "/xyx");

    private final GroupPlayer player;
    private final GroupModel model;
    private final RandomChoice choice;
    private final Supplier<String> texts;

    /** @param texts makes the texts, to which mentions are added */
    MessageOperations(GroupPlayer player, RandomChoice choice, Supplier<String> texts) {
        this.player = player;
        this.model = player.model;
        this.choice = choice;
        this.texts = texts;
    }

    private String randomText() {
        String text = texts.get();
        if (choice.chance(30)) {
            text += " for @" + choice.one(model.accounts).name;
        }
        if (choice.chance(20)) {
            text += " or @" + choice.one(model.accounts).name + " now";
        }
        return choice.chance(12) ? text + " and @all here" : text;
    }

    /** Returns the entry that a text answers; mostly null. */
    private @Nullable ModelEntry answered(ModelConversation conversation) {
        return choice.chance(20) ? choice.entry(one -> one.isText() && one.conversation.equals(conversation)) : null;
    }

    private static String re(@Nullable ModelEntry answered) {
        return answered == null ? "" : ", 're': " + answered.mid;
    }

    void textToOne() {
        ModelAccount by = choice.online();
        // Mostly to the same few, so that there are long conversations.
        ModelAccount to = choice.chance(70) ? choice.one(model.existing().subList(0, 6)) : choice.anybody();
        String text = randomText();
        var pair = ModelConversation.Pair.of(by, to);
        ModelEntry re = answered(pair);
        player.perform(
                by,
                pair,
                "'type': 3, 'receive': '%s', 'info': '%s'%s".formatted(to.number, text, re(re)),
                model.messages.toOne(by, to, text, re));
    }

    void textToEveryone() {
        ModelAccount by = choice.online();
        String text = randomText();
        ModelEntry re = answered(GroupModel.EVERYONE);
        player.perform(
                by,
                GroupModel.EVERYONE,
                "'type': 4, 'receive': '', 'info': '%s'%s".formatted(text, re(re)),
                model.messages.toEveryone(by, text, re));
    }

    void textToGroup() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(choice.chance(20) ? group::isManagedBy : group::isMember);
        String text = randomText();
        ModelEntry re = answered(group.conversation);
        player.perform(
                by,
                group.conversation,
                "'type': 4, 'receive': '%s', 'info': '%s'%s".formatted(group.number, text, re(re)),
                model.messages.toGroup(by, group, text, re));
    }

    void takeBack() {
        ModelAccount by = choice.online();
        boolean isOwn = choice.chance(60);
        ModelEntry entry = choice.entry(one -> one.isText()
                && ModelView.sees(by, one)
                && (isOwn ? one.by == by : one.conversation instanceof ModelConversation.Members));
        if (entry != null) {
            player.perform(
                    by,
                    entry.conversation,
                    "'type': 31, 'info': {'mid': %d}".formatted(entry.mid),
                    model.messages.takeBack(by, entry));
        }
    }

    void correct() {
        ModelAccount by = choice.online();
        ModelEntry entry = choice.entry(one -> one.isText() && one.by == by);
        String text = randomText();
        if (entry != null) {
            player.perform(
                    by,
                    entry.conversation,
                    "'type': 32, 'info': {'mid': %d, 'text': '%s'}".formatted(entry.mid, text),
                    model.messages.correct(by, entry, text));
        }
    }

    void react() {
        ModelAccount by = choice.online();
        boolean isOn = choice.chance(65);
        String code = choice.one(CODES);
        ModelEntry entry = choice.entry(one -> one.isText()
                && ModelView.sees(by, one)
                && (isOn || one.reaction(by, code).isPresent()));
        if (entry != null) {
            player.perform(
                    by,
                    entry.conversation,
                    "'type': 33, 'info': {'mid': %d, 'code': '%s', 'on': %b}".formatted(entry.mid, code, isOn),
                    model.messages.react(by, entry, code, isOn));
        }
    }

    /** Marks a message that its reader sees; not one in a conversation with a deleted account. */
    void read() {
        ModelAccount by = choice.online();
        ModelEntry entry = choice.entry(one -> one.isItem() && ModelView.sees(by, one));
        if (entry == null
                || !entry.isItem()
                || !(ModelView.sees(by, entry) || entry.conversation instanceof ModelConversation.Members)
                || (entry.conversation instanceof ModelConversation.Pair pair && pair.other(by).isDeleted)) {
            return;
        }
        if (entry.conversation instanceof ModelConversation.Members(ModelGroup group)
                && group.wasIn(by)
                && !ModelView.sees(by, entry)) {
            return;
        }
        player.perform(
                by,
                entry.conversation,
                "'type': 21, 'info': {'with': '%s', 'mid': %d}".formatted(entry.conversation.with(by), entry.mid),
                model.messages.read(by, entry.conversation, entry.mid));
    }
}
