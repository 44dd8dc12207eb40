package chatd.daemon.export;

import chatd.daemon.directory.Directory;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.group.GroupAction;
import chatd.text.Days;
import chatd.text.SafeText;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows the messages of a conversation on pages, as its user saw them. Used by one thread. */
final class ConversationPages {
    /** Kinds of pictures that every browser shows, and that run nothing. */
    private static final Set<String> PICTURES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private final Directory directory;
    private final long me;

    ConversationPages(Directory directory, long me) {
        this.directory = directory;
        this.me = me;
    }

    /** Returns the name under which the other side of a conversation is shown, an {@link Addressee}. */
    String title(long other) {
        if (other == Addressee.EVERYONE) {
            return "Everyone";
        }
        return other == me ? directory.nameOf(me) + " (yourself)" : directory.nameOf(other);
    }

    /**
     * Returns the path of a page of a conversation, from the root of the file.
     *
     * @param page 1 for the first
     */
    static String path(long other, int page) {
        String name = other == Addressee.EVERYONE
                ? "everyone"
                : Addressee.isGroup(other) ? "G" + Addressee.groupNumber(other) : "U" + other;
        return "conversations/" + name + (page == 1 ? "" : "-" + page) + ".html";
    }

    /**
     * Writes an item.
     *
     * @param before the time of the item before it on the page; null if it is the first
     * @param first the number of the first item on the page
     */
    void write(HtmlPage page, MessageEvent.Message item, @Nullable Instant before, long first) throws IOException {
        LocalDate day = item.time().atZone(ZoneOffset.UTC).toLocalDate();
        if (before == null || !day.equals(before.atZone(ZoneOffset.UTC).toLocalDate())) {
            page.element("h2", day.toString());
        }
        MessageEvent.Stored stored = item.stored();
        if (item instanceof MessageEvent.GroupChanged changed) {
            page.open("p", "class", "note")
                    .time(item.time())
                    .text(" " + name(stored) + " " + described(changed))
                    .close("p");
            return;
        }
        boolean isOwn = stored != null && stored.sender() == me;
        page.open("article", "id", "m" + (stored == null ? 0 : stored.number()), "class", isOwn ? "own" : "other");
        page.open("header").element("b", name(stored)).text(" ").time(item.time());
        List<Long> receivers = stored == null ? null : stored.receivers();
        if (isOwn && receivers != null && receivers.size() > 1) {
            page.text(" to " + names(receivers));
        }
        long answered = stored == null ? 0 : stored.references().replyTo();
        if (answered >= first) {
            page.text(" ").element("a", "answers this", "href", "#m" + answered);
        } else if (answered > 0) {
            page.text(" answers an earlier message");
        }
        page.close("header");
        switch (item) {
            case MessageEvent.Text text -> page.element("div", text.text(), "class", "text", "dir", "auto");
            case MessageEvent.FileOffer file -> write(page, file);
            case MessageEvent.Erased erased ->
                page.open("div", "class", "note")
                        .text((erased.isFile() ? "A file" : "A text") + ", taken back by "
                                + (erased.by() == me ? "you" : nameOf(erased.by())) + " ")
                        .time(erased.takenBack())
                        .close("div");
            // Amendments are shown with the messages that they are about.
            case MessageEvent.Amendment _ -> {}
            case MessageEvent.GroupChanged _ -> {}
        }
        if (stored != null) {
            write(page, stored.amended());
        }
        page.close("article");
    }

    private static void write(HtmlPage page, MessageEvent.FileOffer file) throws IOException {
        MessageEvent.FileDigest content = file.content();
        String path = "../" + ExportedFile.href(file.file(), file.name());
        page.open("div").element("a", SafeText.line(file.name()), "href", path);
        if (content != null) {
            page.text(" " + content.size() + " bytes");
            if (PICTURES.contains(content.media().type())) {
                page.empty("img", "src", path, "alt", SafeText.line(file.name()), "loading", "lazy");
            }
        }
        page.close("div");
    }

    private void write(HtmlPage page, MessageState amended) throws IOException {
        if (!amended.reactions().isEmpty()) {
            page.element(
                    "div",
                    amended.reactions().entrySet().stream()
                            .map(reaction -> reaction.getKey() + " "
                                    + names(reaction.getValue().users())
                                    + (reaction.getValue().count()
                                                    > reaction.getValue()
                                                            .users()
                                                            .size()
                                            ? " and others, "
                                                    + reaction.getValue().count() + " in all"
                                            : ""))
                            .collect(Collectors.joining(" · ")),
                    "class",
                    "note");
        }
        MessageState.Version shown = amended.shown();
        if (shown == null) {
            return;
        }
        page.open("details", "class", "note")
                .open("summary")
                .text("corrected ")
                .time(shown.time())
                .close("summary");
        for (MessageState.Text earlier : amended.earlier()) {
            page.open("div").time(earlier.time()).close("div");
            page.element("div", earlier.text(), "class", "text", "dir", "auto");
        }
        page.close("details");
    }

    private String name(MessageEvent.@Nullable Stored stored) {
        return stored == null ? "" : nameOf(stored.sender());
    }

    private String nameOf(long number) {
        return number == MessageEvent.Stored.SERVER ? "The server" : SafeText.line(directory.nameOf(number));
    }

    private String names(List<Long> numbers) {
        return numbers.stream().map(this::nameOf).collect(Collectors.joining(", "));
    }

    private String described(MessageEvent.GroupChanged changed) {
        String group = "“" + SafeText.line(changed.name()) + "”";
        return switch (changed.act()) {
            case GroupAction.Created created ->
                "made the group " + group + (created.users().isEmpty() ? "" : " and added " + names(created.users()));
            case GroupAction.Added added -> "added " + names(added.users());
            case GroupAction.Removed removed -> "removed " + nameOf(removed.user());
            case GroupAction.Left left ->
                "left" + (left.next() == 0 ? "" : "; " + nameOf(left.next()) + " became an owner");
            case GroupAction.Joined _ -> "joined";
            case GroupAction.Renamed renamed ->
                "renamed the group from “" + SafeText.line(renamed.oldName()) + "” to " + group;
            case GroupAction.RoleGiven given ->
                "made " + nameOf(given.user()) + " " + given.role().name().toLowerCase(Locale.ROOT);
            case GroupAction.Set set ->
                set.topic() != null ? "set the topic: " + SafeText.line(set.topic()) : "changed the group's settings";
            case GroupAction.AvatarChanged _ -> "changed the group's picture";
            case GroupAction.RetentionSet set -> "set that messages are kept " + Days.words(set.days());
            case GroupAction.Closed _ -> "closed the group";
        };
    }
}
