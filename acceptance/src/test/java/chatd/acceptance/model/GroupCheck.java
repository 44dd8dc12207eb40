package chatd.acceptance.model;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Compares what a daemon tells an account with what a {@link GroupModel} says that it should. */
public final class GroupCheck {
    private static final int LONGEST_PAGE = 200;

    private final Chatd chatd;
    private final GroupModel model;
    private final Transcript transcript;
    private final Random random;
    private final Predicate<ModelAccount> isOnline;

    GroupCheck(Chatd chatd, GroupModel model, Transcript transcript, Random random, Predicate<ModelAccount> isOnline) {
        this.chatd = chatd;
        this.model = model;
        this.transcript = transcript;
        this.random = random;
        this.isOnline = isOnline;
    }

    /** Sends a login from another device that does not make the account appear online. */
    public static JsonSocket logInQuietly(Chatd chatd, String name, String password) {
        JsonSocket socket = JsonCarrier.LINES.connect(chatd);
        socket.send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': 'check', 'quiet': true}}"
                .formatted(name, password));
        return socket;
    }

    /** Compares all that each account can read. */
    void checkEverything() {
        for (ModelAccount account : model.existing()) {
            try (JsonSocket socket = logInQuietly(chatd, account.number, account.password)) {
                lists(account, socket.skipTo(JsonType.LOGGED_IN).path("info"));
                var view = new ModelView(model, account);
                checkPages(socket, account, view, null);
                for (ModelConversation conversation : view.conversations()) {
                    checkPages(socket, account, view, conversation);
                }
                checkConversations(socket, account, view);
                for (ModelGroup group : model.groups) {
                    checkGroup(socket, account, group);
                }
            }
        }
    }

    /** Compares the lists in the answer to a login. */
    void lists(ModelAccount account, JsonNode lists) {
        var view = new ModelView(model, account);
        ObjectNode unread = JsonMapper.shared().createObjectNode();
        for (ModelConversation conversation : view.conversations()) {
            ModelView.Unread one = view.unread(conversation);
            if (one.count() > 0) {
                unread.putObject(conversation.with(account))
                        .put("count", one.count())
                        .put("mentions", one.mentions())
                        .put("first", one.first())
                        .put("last", one.last());
                checkName(account, conversation, lists);
            }
        }
        transcript.assertEqual("the unread of " + account, null, parsed(unread), lists.path("unread"));
        List<JsonNode> groups = model.groups.stream()
                .filter(group -> group.isMember(account))
                .map(group -> {
                    ObjectNode one = JsonMapper.shared().createObjectNode();
                    one.put("group_id", group.number)
                            .put("group_name", group.name)
                            .put("role", group.role(account));
                    return parsed(group.isClosed ? one.put("closed", true) : one);
                })
                .toList();
        transcript.assertEqualItems(
                "the groups of " + account,
                null,
                sorted(groups.stream()),
                sorted(lists.path("groups").valueStream()));
        transcript.assertEqualItems(
                "the blocked of " + account,
                null,
                account.blocked.stream()
                        .filter(one -> !one.isDeleted)
                        .map(one -> one.number)
                        .sorted()
                        .toList(),
                lists.path("blocked")
                        .valueStream()
                        .map(JsonNode::asString)
                        .sorted()
                        .toList());
    }

    private static List<JsonNode> sorted(Stream<JsonNode> groups) {
        return groups.sorted(
                        Comparator.comparing(group -> group.path("group_id").asString()))
                .toList();
    }

    private static JsonNode parsed(JsonNode node) {
        return JsonMapper.shared().readTree(node.toString());
    }

    /** Compares the name that an answer gives a conversation. */
    private void checkName(ModelAccount account, ModelConversation conversation, JsonNode answer) {
        String with = conversation.with(account);
        if (with.startsWith("G")) {
            transcript.assertEqual(
                    "the name of " + conversation + " for " + account,
                    conversation,
                    conversation.name(account),
                    answer.path("names").path(with).asString(""));
        }
    }

    /** Walks all pages of a conversation, or, with null, of all, in both directions. */
    private void checkPages(
            JsonSocket socket, ModelAccount account, ModelView view, @Nullable ModelConversation conversation) {
        String with = conversation == null ? "" : ", 'with': '%s'".formatted(conversation.with(account));
        List<JsonNode> all = view.inBackwardPages(conversation);
        // At most eight pages.
        int fewest = Math.min(LONGEST_PAGE - 1, all.size() / 8);
        int limit = 1 + fewest + random.nextInt(random.nextBoolean() ? 1 : LONGEST_PAGE - fewest);
        long before = Long.MAX_VALUE;
        boolean isMore = true;
        while (isMore) {
            List<JsonNode> older = below(all, before);
            List<JsonNode> page = older.subList(Math.max(0, older.size() - limit), older.size());
            isMore = older.size() > limit;
            String bound = before == Long.MAX_VALUE ? "" : ", 'before': " + before;
            checkPage(socket, account, conversation, limit, with + bound, page, isMore);
            before = page.isEmpty() ? 0 : mid(page.getFirst());
        }
        long somewhere = all.isEmpty() ? 0 : mid(all.get(random.nextInt(all.size())));
        for (long start : List.of(0L, somewhere)) {
            long after = start;
            isMore = true;
            while (isMore) {
                List<JsonNode> newer = view.inForwardPages(conversation, after);
                List<JsonNode> page = newer.subList(0, Math.min(limit, newer.size()));
                isMore = newer.size() > limit;
                checkPage(socket, account, conversation, limit, with + ", 'after': " + after, page, isMore);
                after = page.isEmpty() ? after : mid(page.getLast());
            }
        }
        long until = somewhere + random.nextInt(1 + (int) Math.max(0, model.newest() - somewhere));
        List<JsonNode> between = below(view.inForwardPages(conversation, somewhere), until);
        checkPage(
                socket,
                account,
                conversation,
                limit,
                with + ", 'after': %d, 'before': %d".formatted(somewhere, until),
                between.subList(0, Math.min(limit, between.size())),
                between.size() > limit);
    }

    private static long mid(JsonNode message) {
        return message.path("mid").asLong();
    }

    private static List<JsonNode> below(List<JsonNode> messages, long before) {
        return messages.stream().filter(message -> mid(message) < before).toList();
    }

    private void checkPage(
            JsonSocket socket,
            ModelAccount account,
            @Nullable ModelConversation conversation,
            int limit,
            String more,
            List<JsonNode> expected,
            boolean isMore) {
        socket.send("{'type': 19, 'info': {'limit': %d%s}}".formatted(limit, more));
        JsonNode page = socket.skipTo(JsonType.PAGE).path("info");
        String what = "the page of %s with limit %d%s".formatted(account, limit, more);
        transcript.assertEqualItems(
                what,
                conversation,
                expected,
                page.path("items").valueStream().map(ModelView::comparable).toList());
        transcript.assertEqual(
                what + ": more", conversation, isMore, page.path("more").asBoolean());
        if (conversation != null) {
            checkName(account, conversation, page);
        }
    }

    /** Walks the list of conversations. */
    private void checkConversations(JsonSocket socket, ModelAccount account, ModelView view) {
        List<ModelConversation> rest = view.conversations();
        int limit = 1 + random.nextInt(10);
        String before = "";
        boolean isMore = true;
        while (isMore) {
            socket.send("{'type': 37, 'info': {'limit': %d%s}}".formatted(limit, before));
            JsonNode list = socket.skipTo(JsonType.CONVERSATIONS).path("info");
            List<ModelConversation> page = rest.subList(0, Math.min(limit, rest.size()));
            String what = "the conversations of " + account + before;
            transcript.assertEqualItems(
                    what,
                    null,
                    page.stream().map(one -> one.with(account)).toList(),
                    list.path("items")
                            .valueStream()
                            .map(one -> one.path("with").asString())
                            .toList());
            for (int i = 0; i < page.size(); i++) {
                checkListItem(account, view, page.get(i), list.path("items").path(i));
                checkName(account, page.get(i), list);
            }
            isMore = rest.size() > limit;
            transcript.assertEqual(
                    what + ": more", null, isMore, list.path("more").asBoolean());
            if (isMore) {
                before = ", 'before': "
                        + mid(view.inBackwardPages(page.getLast()).getLast());
                rest = rest.subList(limit, rest.size());
            }
        }
    }

    private void checkListItem(ModelAccount account, ModelView view, ModelConversation conversation, JsonNode actual) {
        String what = "in the list of " + account + ", of " + conversation + ": ";
        ModelView.Unread unread = view.unread(conversation);
        transcript.assertEqual(
                what + "last",
                conversation,
                view.inBackwardPages(conversation).getLast(),
                ModelView.comparable(actual.path("last")));
        transcript.assertEqual(
                what + "unread",
                conversation,
                unread.count(),
                actual.path("unread").asInt());
        transcript.assertEqual(
                what + "mentions",
                conversation,
                unread.mentions(),
                actual.path("mentions").asInt());
        Long mark = account.marks.get(conversation);
        if (mark != null) {
            transcript.assertEqual(
                    what + "read", conversation, mark, actual.path("read").asLong());
        }
        transcript.assertEqual(
                what + "name",
                conversation,
                conversation.name(account),
                actual.path("name").asString());
    }

    /** Compares the members of a group, if the account is one, and checks that it can't read a group it never was in. */
    private void checkGroup(JsonSocket socket, ModelAccount account, ModelGroup group) {
        if (!group.wasIn(account)) {
            socket.send("{'type': 19, 'info': {'with': '%s'}}".formatted(group.number));
            transcript.assertEqual(
                    "the refusal of the page of " + group + " to " + account,
                    group.conversation,
                    GroupModel.whenNotMember(account, group),
                    socket.skipTo(JsonType.REFUSED).path("info").path("code").asString());
        } else if (group.isMember(account)) {
            checkMembers(socket, account, group);
        }
    }

    private void checkMembers(JsonSocket socket, ModelAccount account, ModelGroup group) {
        List<ModelAccount> rest = group.roles.keySet().stream()
                .sorted(Comparator.comparingLong(ModelAccount::id))
                .toList();
        int limit = 1 + random.nextInt(20);
        int total = rest.size();
        String after = "";
        boolean isMore = true;
        while (isMore) {
            isMore = rest.size() > limit;
            List<ModelAccount> page = rest.subList(0, Math.min(limit, rest.size()));
            ObjectNode expected = JsonMapper.shared().createObjectNode();
            expected.put("op", "members")
                    .put("group_id", group.number)
                    .put("group_name", group.name)
                    .put("topic", group.topic)
                    .put("history", group.history)
                    .put("open", group.isOpen)
                    .put("closed", group.isClosed)
                    .put("total", total)
                    .put("more", isMore);
            ArrayNode members = expected.putArray("members");
            for (ModelAccount member : page) {
                members.addObject()
                        .put("user_id", member.number)
                        .put("user_name", member.name)
                        .put("role", group.role(member))
                        .put("online", isOnline.test(member));
            }
            socket.send("{'type': 23, 'info': {'op': 'members', 'group_id': '%s', 'limit': %d%s}}"
                    .formatted(group.number, limit, after));
            JsonNode actual = socket.skipTo(JsonType.GROUP).path("info");
            transcript.assertEqual(
                    "the members of %s for %s%s".formatted(group, account, after),
                    group.conversation,
                    parsed(expected),
                    actual);
            if (isMore) {
                after = ", 'after': '%s'".formatted(page.getLast().number);
                rest = rest.subList(limit, rest.size());
            }
        }
    }
}
