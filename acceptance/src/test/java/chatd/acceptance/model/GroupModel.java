package chatd.acceptance.model;

import static chatd.acceptance.model.ModelVerdict.when;

import chatd.acceptance.kit.JsonType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A reference model of a daemon with accounts, groups and texts, in memory and as simple as
 * possible: a list of everything that has a number. This class says who may change groups, and with
 * what effect; {@link MessageModel} has the texts, and {@link ModelView} what an account sees.
 */
public final class GroupModel {
    static final ModelConversation EVERYONE = new ModelConversation.Everyone();

    /** The longest name of a group, in bytes. */
    static final int MAX_NAME_LENGTH = 64;

    /** How the daemon answered an operation. */
    record Answer(long mid, String time, String groupId) {}

    final List<ModelAccount> accounts = new ArrayList<>();
    public final List<ModelGroup> groups = new ArrayList<>();

    /** All entries, by number. */
    public final List<ModelEntry> entries = new ArrayList<>();

    final MessageModel messages = new MessageModel(this);

    /** Called for each entry and each account whose sessions are sent it. */
    private final BiConsumer<ModelAccount, ModelEntry> onSent;

    GroupModel(BiConsumer<ModelAccount, ModelEntry> onSent) {
        this.onSent = onSent;
    }

    long newest() {
        return entries.isEmpty() ? 0 : entries.getLast().mid;
    }

    public List<ModelAccount> existing() {
        return accounts.stream().filter(account -> !account.isDeleted).toList();
    }

    /** Adds an entry, and reports each account that is sent it. */
    void add(ModelEntry entry) {
        entries.add(entry);
        entries.sort(java.util.Comparator.comparingLong(one -> one.mid));
        if (entry.of != null) {
            entry.of.amendments.add(entry);
        }
        for (ModelAccount account : existing()) {
            if (ModelView.isSent(account, entry)) {
                onSent.accept(account, entry);
            }
        }
    }

    private void addChange(
            ModelGroup group, String op, @Nullable ModelAccount by, Answer answer, Consumer<ObjectNode> further) {
        ObjectNode info = JsonMapper.shared().createObjectNode();
        info.put("group_id", group.number)
                .put("group_name", group.name)
                .put("op", op)
                .put("by", by == null ? "server" : by.number);
        further.accept(info);
        add(new ModelEntry(answer, JsonType.GROUP, group.conversation, by, info));
    }

    private static void put(ObjectNode info, String key, Collection<ModelAccount> users) {
        if (!users.isEmpty()) {
            var numbers = info.putArray(key);
            users.forEach(user -> numbers.add(user.number));
        }
    }

    /**
     * Returns the code with which a command about a group is refused because the account may not know of the group or is
     * not a member; empty if it is one.
     */
    static String whenNotMember(ModelAccount by, ModelGroup group) {
        if (!group.wasIn(by) && !group.isOpen) {
            return "no-such-group";
        }
        return when(!group.isMember(by), "not-a-member");
    }

    private static String whenClosed(ModelGroup group) {
        return when(group.isClosed, "closed");
    }

    private static String whenNotOwner(ModelAccount by, ModelGroup group) {
        return when(!group.role(by).equals("owner"), "not-allowed");
    }

    private static String whenNotManager(ModelAccount by, ModelGroup group) {
        return when(!group.isManagedBy(by), "not-allowed");
    }

    private static String whenBadName(String name) {
        return when(name.isEmpty() || name.length() > MAX_NAME_LENGTH, "bad-name");
    }

    private static String whenDeleted(Collection<ModelAccount> users) {
        return when(users.stream().anyMatch(user -> user.isDeleted), "no-such-user");
    }

    private static String whenForbidden(Collection<ModelAccount> users, ModelAccount by) {
        return when(users.stream().anyMatch(user -> user.forbids(by)), "not-allowed");
    }

    private static String whenLeftTwice(Collection<ModelAccount> users, ModelGroup group, ModelAccount by) {
        return when(
                users.stream()
                        .anyMatch(user -> group.periods(user).size() >= 2
                                && !group.wasRemoved(user)
                                && !user.friends.contains(by)),
                "not-allowed");
    }

    private static String whenTooManyPeriods(Collection<ModelAccount> users, ModelGroup group) {
        return when(users.stream().anyMatch(user -> group.periods(user).size() >= ModelGroup.MAX_PERIODS), "too-many");
    }

    ModelVerdict create(ModelAccount by, String name, Set<ModelAccount> users, String history, boolean isOpen) {
        Set<ModelAccount> others = new LinkedHashSet<>(users);
        others.remove(by);
        return ModelVerdict.entry(answer -> {
                    var group = new ModelGroup(answer.groupId(), name, history, isOpen);
                    groups.add(group);
                    group.addMember(by, "owner", answer.mid());
                    others.forEach(user -> group.addMember(user, "member", answer.mid()));
                    addChange(group, "create", by, answer, info -> {
                        put(info, "users", others);
                        info.put("history", history).put("open", isOpen);
                    });
                })
                .unless(whenBadName(name), whenDeleted(others), whenForbidden(others, by));
    }

    ModelVerdict add(ModelAccount by, ModelGroup group, Set<ModelAccount> users) {
        Set<ModelAccount> coming = new LinkedHashSet<>(users);
        coming.removeIf(group::isMember);
        ModelVerdict verdict = coming.isEmpty()
                ? ModelVerdict.nothing()
                : ModelVerdict.entry(answer -> {
                    coming.forEach(user -> group.addMember(user, "member", answer.mid()));
                    addChange(group, "add", by, answer, info -> put(info, "users", coming));
                });
        return verdict.unless(
                whenNotMember(by, group),
                whenClosed(group),
                whenNotManager(by, group),
                whenDeleted(users),
                // Users who are members already are not checked.
                whenForbidden(coming, by),
                whenTooManyPeriods(coming, group),
                whenLeftTwice(coming, group, by));
    }

    ModelVerdict remove(ModelAccount by, ModelGroup group, ModelAccount user) {
        return ModelVerdict.entry(answer -> {
                    group.endMembership(user, true, answer.mid());
                    addChange(group, "remove", by, answer, info -> info.put("user", user.number));
                })
                .unless(
                        whenNotMember(by, group),
                        whenClosed(group),
                        whenNotManager(by, group),
                        whenDeleted(Set.of(user)),
                        when(!group.isMember(user), "not-a-member"),
                        when(user == by, "not-allowed"),
                        when(!group.role(user).equals("member"), whenNotOwner(by, group)));
    }

    ModelVerdict leave(ModelAccount by, ModelGroup group, @Nullable ModelAccount next) {
        String badNext = next == null || !group.isLastOwner(by)
                ? ""
                : ModelVerdict.nothing()
                        .unless(whenDeleted(Set.of(next)), when(!group.isMember(next), "not-a-member"))
                        .code();
        return ModelVerdict.entry(answer -> depart(by, group, next, answer, by))
                .unless(whenNotMember(by, group), badNext);
    }

    /** Makes a deleted account leave a group. */
    void leaveAfterDeletion(ModelAccount account, ModelGroup group, Answer answer) {
        depart(account, group, null, answer, null);
    }

    private void depart(
            ModelAccount account,
            ModelGroup group,
            @Nullable ModelAccount next,
            Answer answer,
            @Nullable ModelAccount by) {
        ModelAccount owner = group.isLastOwner(account)
                ? next != null ? next : group.longestMemberExcept(account).orElse(null)
                : null;
        group.endMembership(account, false, answer.mid());
        if (owner != null) {
            group.roles.put(owner, "owner");
        }
        addChange(group, "leave", by, answer, info -> {
            info.put("user", account.number);
            if (owner != null) {
                info.put("next", owner.number);
            }
        });
    }

    ModelVerdict join(ModelAccount by, ModelGroup group) {
        ModelVerdict verdict = group.isMember(by)
                ? ModelVerdict.nothing()
                : ModelVerdict.entry(answer -> {
                            group.addMember(by, "member", answer.mid());
                            addChange(group, "join", by, answer, _ -> {});
                        })
                        .unless(
                                when(!group.isOpen, "not-a-member"),
                                when(group.wasRemoved(by), "not-allowed"),
                                whenTooManyPeriods(Set.of(by), group));
        return verdict.unless(when(!group.wasIn(by) && !group.isOpen, "no-such-group"), whenClosed(group));
    }

    ModelVerdict rename(ModelAccount by, ModelGroup group, String name) {
        String was = group.name;
        ModelVerdict verdict = name.equals(was)
                ? ModelVerdict.nothing()
                : ModelVerdict.entry(answer -> {
                    group.name = name;
                    addChange(group, "rename", by, answer, info -> info.put("was", was));
                });
        return verdict.unless(
                whenNotMember(by, group), whenClosed(group), whenNotManager(by, group), whenBadName(name));
    }

    ModelVerdict role(ModelAccount by, ModelGroup group, ModelAccount user, String role) {
        ModelVerdict verdict = group.role(user).equals(role)
                ? ModelVerdict.nothing()
                : ModelVerdict.entry(answer -> {
                    group.roles.put(user, role);
                    addChange(
                            group,
                            "role",
                            by,
                            answer,
                            info -> info.put("user", user.number).put("role", role));
                });
        return verdict.unless(
                whenNotMember(by, group),
                whenClosed(group),
                whenNotOwner(by, group),
                whenDeleted(Set.of(user)),
                when(!group.isMember(user), "not-a-member"),
                when(group.isLastOwner(user) && !role.equals("owner"), "not-allowed"));
    }

    /** Sets the values that are not null. */
    ModelVerdict set(
            ModelAccount by,
            ModelGroup group,
            @Nullable String history,
            @Nullable Boolean isOpen,
            @Nullable String topic) {
        ObjectNode changes = JsonMapper.shared().createObjectNode();
        if (history != null && !history.equals(group.history)) {
            changes.put("history", history);
        }
        if (isOpen != null && isOpen != group.isOpen) {
            changes.put("open", isOpen);
        }
        if (topic != null && !topic.equals(group.topic)) {
            changes.put("topic", topic);
        }
        ModelVerdict verdict = changes.isEmpty()
                ? ModelVerdict.nothing()
                : ModelVerdict.entry(answer -> {
                    group.history = changes.path("history").asString(group.history);
                    group.isOpen = changes.path("open").asBoolean(group.isOpen);
                    group.topic = changes.path("topic").asString(group.topic);
                    addChange(group, "set", by, answer, info -> info.setAll(changes));
                });
        return verdict.unless(whenNotMember(by, group), whenClosed(group), whenNotOwner(by, group));
    }

    ModelVerdict close(ModelAccount by, ModelGroup group) {
        return ModelVerdict.entry(answer -> {
                    group.isClosed = true;
                    addChange(group, "close", by, answer, _ -> {});
                })
                .unless(whenNotMember(by, group), whenClosed(group), whenNotOwner(by, group));
    }
}
