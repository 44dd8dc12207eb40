package chatd.client.talk.request;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.User;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the server has reported about users and groups: their names by number, each an
 * {@link Addressee}; friends and pending friend requests; and the groups that the user is in.
 * Thread-safe.
 */
public final class People {
    /** Maximum number of names kept: those of one login, and many more. */
    private static final int MAX_NAMES = 20_000;

    @GuardedBy("this")
    private final Map<Long, String> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MAX_NAMES;
        }
    };

    @GuardedBy("this")
    private final TreeSet<Long> friends = new TreeSet<>();

    @GuardedBy("this")
    private final TreeSet<Long> blocked = new TreeSet<>();

    @GuardedBy("this")
    private final Map<Long, String> pendingRequests = new HashMap<>();

    /** The groups that the user is in. */
    @GuardedBy("this")
    private final SortedMap<Long, SessionEvent.OwnGroup> groups = new TreeMap<>();

    /** A group as the client names it, {@code Ops (G7)}, or {@code G7} alone. */
    private static final Pattern GROUP = Pattern.compile("(?:.* \\(G([1-9]\\d{0,9})\\)|[Gg]([1-9]\\d{0,9}))");

    /** Adopts the lists received at login. */
    public synchronized void set(SessionEvent.Welcome welcome, SessionEvent.State state) {
        for (int i = 0; i < welcome.numbers().size(); i++) {
            names.put(welcome.numbers().get(i), welcome.roster().get(i).name());
        }
        names.putAll(state.names());
        names.put(welcome.user(), welcome.name());
        friends.clear();
        friends.addAll(state.friends());
        blocked.clear();
        blocked.addAll(state.blocked());
        pendingRequests.clear();
        groups.clear();
        state.groups().forEach(group -> {
            groups.put(group.group(), group);
            names.put(Addressee.group(group.group()), group.name());
        });
        state.receivedRequests().forEach(request -> pendingRequests.put(request.user(), request.text()));
    }

    /** Records that a user was blocked or unblocked. */
    synchronized void block(long number, boolean on) {
        if (on) {
            blocked.add(number);
        } else {
            blocked.remove(number);
        }
    }

    public synchronized boolean isBlocked(String name) {
        for (long number : blocked) {
            if (name.equals(names.get(number))) {
                return true;
            }
        }
        return false;
    }

    public synchronized void learn(Map<Long, String> more) {
        names.putAll(more);
    }

    public synchronized void learn(long user, String name) {
        if (!name.isEmpty()) {
            names.put(user, name);
        }
    }

    public synchronized void learn(List<UserEvent.FoundUser> users) {
        users.forEach(user -> names.put(user.user(), user.name()));
    }

    synchronized void learnGroup(long group, String name) {
        names.put(Addressee.group(group), name);
    }

    /** Returns the groups that the user is in, by number. */
    synchronized List<SessionEvent.OwnGroup> groups() {
        return List.copyOf(groups.values());
    }

    /** Applies a change of a group that the user is or was in. */
    public synchronized void changed(MessageEvent.GroupChanged change, long me) {
        long group = change.group();
        names.put(Addressee.group(group), change.name());
        SessionEvent.OwnGroup before = groups.get(group);
        GroupRole role = before == null ? GroupRole.MEMBER : before.role();
        boolean isClosed = before != null && before.closed();
        boolean isIn = before != null;
        switch (change.act()) {
            case GroupAction.Created created -> {
                isIn = true;
                MessageEvent.Stored stored = change.stored();
                role = stored != null && stored.sender() == me ? GroupRole.OWNER : GroupRole.MEMBER;
            }
            case GroupAction.Added added -> isIn |= added.users().contains(me);
            case GroupAction.Joined joined -> isIn |= joined.user() == me;
            case GroupAction.Removed removed -> isIn &= removed.user() != me;
            case GroupAction.Left left -> {
                isIn &= left.user() != me;
                role = left.next() == me ? GroupRole.OWNER : role;
            }
            case GroupAction.RoleGiven given -> role = given.user() == me ? given.role() : role;
            case GroupAction.Closed closed -> isClosed = true;
            case GroupAction.Renamed _ -> {}
            case GroupAction.Set _ -> {}
            case GroupAction.AvatarChanged _ -> {}
            case GroupAction.RetentionSet _ -> {}
        }
        if (isIn) {
            groups.put(group, new SessionEvent.OwnGroup(group, change.name(), role, isClosed));
        } else {
            groups.remove(group);
        }
    }

    /**
     * Returns how a group is shown: by its name, with its number if another group or a user has the
     * same name.
     */
    synchronized String groupLabel(long group) {
        String name = names.get(Addressee.group(group));
        return name == null ? "G" + group : groupLabel(group, name);
    }

    /** As above, with one of the names that the group has or had. */
    synchronized String groupLabel(long group, String name) {
        boolean isUnique = names.entrySet().stream()
                .noneMatch(one ->
                        one.getKey() != Addressee.group(group) && one.getValue().equals(name));
        // A group's name may look like another group's number.
        return isUnique && !GROUP.matcher(name).matches() ? name : name + " (G" + group + ")";
    }

    /** Returns how a recipient is shown, from the name that this client uses for them. */
    public String label(String recipient) {
        long group = group(recipient);
        return group == 0 ? recipient : groupLabel(group);
    }

    /** Returns the group number in a recipient's name; 0 if it does not name a group. */
    public static long group(String named) {
        Matcher number = GROUP.matcher(named);
        return !number.matches() ? 0 : Long.parseLong(number.group(1) == null ? number.group(2) : number.group(1));
    }

    /** Returns the numbers of the groups with this name: those that the user is in, or else others that are known. */
    synchronized List<Long> groupsCalled(String name) {
        List<Long> own = groups.values().stream()
                .filter(group -> group.name().equals(name))
                .map(SessionEvent.OwnGroup::group)
                .toList();
        return !own.isEmpty()
                ? own
                : names.entrySet().stream()
                        .filter(one -> Addressee.isGroup(one.getKey())
                                && one.getValue().equals(name))
                        .map(one -> Addressee.groupNumber(one.getKey()))
                        .toList();
    }

    /**
     * Returns the name of a recipient in {@code chat/1}: for a group its number, since it can be
     * renamed.
     */
    public static String wireName(String recipient) {
        long group = group(recipient);
        return group == 0 ? recipient : "G" + group;
    }

    /** Resolves a recipient's name to a group or a user. */
    public User user(String recipient) {
        long group = group(recipient);
        return group == 0 ? new User.Named(recipient) : new User.Group(group, "G" + group);
    }

    /** Returns the other side of a conversation as commands refer to it. */
    static User other(long with) {
        if (with == Addressee.EVERYONE) {
            return new User.Named("");
        }
        long group = Addressee.groupNumber(with);
        return group == 0 ? new User.Numbered(with, "U" + with) : new User.Group(group, "G" + group);
    }

    /** Returns the name of a user if it is known, else the number; a group's name with its number. */
    public synchronized String name(long user) {
        if (Addressee.isGroup(user)) {
            long group = Addressee.groupNumber(user);
            String name = names.get(user);
            return name == null ? "G" + group : name + " (G" + group + ")";
        }
        return names.getOrDefault(user, "U" + user);
    }

    /**
     * Returns the name of the user whom a typed name means among those found, by the rule of the
     * server itself: the one with exactly this name, else the only one whose name differs in case,
     * width or normal form alone.
     */
    public static Optional<String> findByName(String typed, List<UserEvent.FoundUser> found) {
        List<String> names = found.stream()
                .map(UserEvent.FoundUser::name)
                .filter(name -> folded(name).equals(folded(typed)))
                .toList();
        return names.stream()
                .filter(name -> names.size() == 1 || name.equals(typed))
                .findAny();
    }

    private static String folded(String name) {
        String normal = Normalizer.normalize(name, Normalizer.Form.NFKC);
        return Normalizer.normalize(normal.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
    }

    /** Returns whether this is the user, or the group, that a recipient's name means. */
    synchronized boolean isCalled(long number, String recipient) {
        long group = group(recipient);
        return group != 0
                ? number == Addressee.group(group)
                : recipient.equals(names.get(number)) && !Addressee.isGroup(number);
    }

    public synchronized boolean hasName(long user) {
        return names.containsKey(user);
    }

    synchronized boolean isFriend(long user) {
        return friends.contains(user);
    }

    synchronized void setFriend(long user, boolean isFriend) {
        pendingRequests.remove(user);
        if (isFriend) {
            friends.add(user);
        } else {
            friends.remove(user);
        }
    }

    synchronized void addPendingRequest(long user, String text) {
        pendingRequests.put(user, text);
    }

    /** Returns the pending friend requests, by the name of the user who asks. */
    public synchronized Map<String, String> pendingRequests() {
        Map<String, String> all = new LinkedHashMap<>();
        pendingRequests.forEach((user, text) -> all.put(names.getOrDefault(user, "U" + user), text));
        return all;
    }
}
