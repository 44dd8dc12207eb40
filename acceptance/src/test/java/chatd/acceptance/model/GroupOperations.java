package chatd.acceptance.model;

import chatd.acceptance.kit.Chatd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random operations, chosen so that many can be done and some must be refused. */
public final class GroupOperations {
    private static final int MAX_OPEN_GROUPS = 9;
    private static final int FEWEST_ONLINE = 10;
    private static final int FEWEST_ACCOUNTS = 15;

    private final GroupPlayer player;
    private final GroupModel model;
    private final RandomChoice choice;
    private final List<Runnable> operations = new ArrayList<>();

    /** @param words makes the texts that are sent */
    public GroupOperations(GroupPlayer player, Random random, Supplier<String> words) {
        this.player = player;
        this.model = player.model;
        this.choice = new RandomChoice(player, random);
        var texts = new MessageOperations(player, choice, words);
        addOperation(120, texts::textToOne);
        addOperation(30, texts::textToEveryone);
        addOperation(280, texts::textToGroup);
        addOperation(60, texts::takeBack);
        addOperation(80, texts::correct);
        addOperation(100, texts::react);
        addOperation(15, texts::read);
        addOperation(20, this::create);
        addOperation(70, this::add);
        addOperation(25, this::remove);
        addOperation(45, this::leave);
        addOperation(60, this::join);
        addOperation(50, this::role);
        addOperation(45, this::set);
        addOperation(20, this::renameGroup);
        addOperation(4, this::closeGroup);
        addOperation(20, this::renameAccount);
        addOperation(25, this::block);
        addOperation(15, this::prefer);
        addOperation(4, this::deleteAccount);
        addOperation(15, () -> player.logOut(choice.online()));
        addOperation(25, () -> player.disconnect(choice.online()));
        addOperation(40, () -> player.bringOnline(choice.one(model.existing())));
        addOperation(2, player::kill);
    }

    private void addOperation(int weight, Runnable operation) {
        operations.addAll(Collections.nCopies(weight, operation));
    }

    /** Makes some friends. */
    public void befriend() {
        for (int i = 0; i < model.accounts.size() / 2; i += 2) {
            befriend(model.accounts.get(i), model.accounts.get(i + 1));
        }
    }

    /** Plays operations until the transcript has {@code count} of them. */
    public void play(Transcript transcript, int count) {
        int settled = transcript.operation();
        while (transcript.operation() < count) {
            while (player.online().size() < FEWEST_ONLINE) {
                player.bringOnline(choice.one(model.existing()));
            }
            choice.one(operations).run();
            if (transcript.operation() >= settled + 50) {
                settled = transcript.operation();
                player.settle();
            }
        }
    }

    private void befriend(ModelAccount one, ModelAccount other) {
        player.perform(
                one, null, "'type': 9, 'receive': '%s', 'info': 'hello'".formatted(other.number), setting(() -> {}));
        player.perform(other, null, "'type': 9, 'receive': '%s', 'info': 'hello'".formatted(one.number), setting(() -> {
            one.friends.add(other);
            other.friends.add(one);
        }));
    }

    private static ModelVerdict setting(Runnable effect) {
        return ModelVerdict.setting(effect);
    }

    private Set<ModelAccount> someAccounts(int limit) {
        return IntStream.range(0, choice.number(limit + 1))
                .mapToObj(_ -> choice.one(model.accounts))
                .filter(account -> !account.isDeleted || choice.chance(3))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String numbers(Set<ModelAccount> users) {
        return users.stream().map(user -> "'" + user.number + "'").collect(Collectors.joining(", ", "[", "]"));
    }

    private String newName() {
        return choice.chance(4) ? "x".repeat(GroupModel.MAX_NAME_LENGTH + 1) : "Group " + choice.number(1_000);
    }

    private void create() {
        if (model.groups.stream().filter(group -> !group.isClosed).count() >= MAX_OPEN_GROUPS) {
            return;
        }
        ModelAccount by = choice.online();
        String name = newName();
        Set<ModelAccount> users = someAccounts(12);
        String history = choice.chance(50) ? "joined" : "all";
        boolean isOpen = choice.chance(50);
        player.perform(
                by,
                null,
                "'type': 23, 'info': {'op': 'create', 'name': '%s', 'members': %s, 'history': '%s', 'open': %b}"
                        .formatted(name, numbers(users), history, isOpen),
                model.create(by, name, users, history, isOpen));
    }

    private void change(ModelAccount by, ModelGroup group, String op, String more, ModelVerdict verdict) {
        player.perform(
                by,
                group.conversation,
                "'type': 23, 'info': {'op': '%s', 'group_id': '%s'%s}".formatted(op, group.number, more),
                verdict);
    }

    private void add() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(group::isManagedBy);
        Set<ModelAccount> users = new LinkedHashSet<>(someAccounts(2));
        users.add(
                choice.chance(3) ? ModelAccount.nobody() : choice.frequentMember(group, user -> !group.isMember(user)));
        change(by, group, "add", ", 'users': " + numbers(users), model.add(by, group, users));
    }

    private void remove() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(group::isManagedBy);
        ModelAccount user = choice.chance(85) ? choice.one(model.accounts, group::isMember) : choice.anybody();
        change(by, group, "remove", ", 'user': '%s'".formatted(user.number), model.remove(by, group, user));
    }

    private void leave() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.frequentMember(group, user -> player.isOnline(user) && group.isMember(user));
        if (choice.chance(10) || !player.isOnline(by)) {
            by = choice.online();
        }
        ModelAccount leaver = by;
        ModelAccount next = null;
        if (choice.chance(40) && group.roles.size() > 1) {
            next = choice.chance(80)
                    ? choice.one(List.copyOf(group.roles.keySet()), user -> user != leaver)
                    : choice.anybody();
        }
        if (next == by) {
            return;
        }
        change(
                by,
                group,
                "leave",
                next == null ? "" : ", 'next': '%s'".formatted(next.number),
                model.leave(by, group, next));
    }

    private void join() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.frequentMember(
                group, user -> player.isOnline(user) && !group.isMember(user) && !group.wasRemoved(user));
        if (choice.chance(20) || !player.isOnline(by)) {
            by = choice.online();
        }
        change(by, group, "join", "", model.join(by, group));
    }

    private void role() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(user -> group.role(user).equals("owner"));
        ModelAccount user = choice.chance(85) ? choice.one(model.accounts, group::isMember) : choice.anybody();
        String role = choice.one(List.of("owner", "admin", "admin", "member"));
        change(
                by,
                group,
                "role",
                ", 'user': '%s', 'role': '%s'".formatted(user.number, role),
                model.role(by, group, user, role));
    }

    private void set() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(user -> group.role(user).equals("owner"));
        String history = choice.chance(50) ? choice.one(List.of("joined", "all")) : null;
        String topic = choice.chance(40) ? "about " + choice.number(3) : null;
        Boolean isOpen =
                (choice.chance(50) || (history == null && topic == null)) ? Boolean.valueOf(choice.chance(70)) : null;
        String more = (history == null ? "" : ", 'history': '" + history + "'")
                + (topic == null ? "" : ", 'topic': '" + topic + "'")
                + (isOpen == null ? "" : ", 'open': " + isOpen);
        change(by, group, "set", more, model.set(by, group, history, isOpen, topic));
    }

    private void renameGroup() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(group::isManagedBy);
        String name = choice.chance(10) ? group.name : newName();
        if (!name.isEmpty()) {
            change(by, group, "rename", ", 'name': '%s'".formatted(name), model.rename(by, group, name));
        }
    }

    private void closeGroup() {
        ModelGroup group = choice.group();
        ModelAccount by = choice.actor(user -> group.role(user).equals("owner"));
        change(by, group, "close", "", model.close(by, group));
    }

    private void renameAccount() {
        ModelAccount account = choice.online();
        ModelAccount other = choice.one(model.existing());
        if (choice.chance(15) && other != account) {
            player.rename(account, other.name, "name-taken");
        } else {
            player.rename(account, Chatd.newName(), "ok");
        }
    }

    private void block() {
        ModelAccount by = choice.online();
        ModelAccount user = choice.anybody();
        boolean isOn = choice.chance(40);
        player.perform(
                by,
                null,
                "'type': 34, 'info': {'user_id': '%s', 'on': %b}".formatted(user.number, isOn),
                model.messages.block(by, user, isOn));
    }

    private void prefer() {
        ModelAccount by = choice.online();
        String who = choice.one(List.of("everyone", "everyone", "everyone", "everyone", "friends", "nobody"));
        player.perform(by, null, "'type': 35, 'info': {'groups': '%s'}".formatted(who), setting(() -> by.mayAdd = who));
    }

    /** Deletes an account; a new one takes its place. */
    private void deleteAccount() {
        if (model.existing().size() >= FEWEST_ACCOUNTS) {
            player.delete(choice.one(model.existing()));
            player.register();
        }
    }
}
