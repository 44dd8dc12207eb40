package chatd.acceptance.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A group of a {@link GroupModel}, as it is now, and who was in it from when to when. */
final class ModelGroup {
    /** How many times one account can be a member of one group. */
    static final int MAX_PERIODS = 8;

    /**
     * What one account sees of the group, by one membership: the numbers in [{@code from},
     * {@code until}].
     *
     * @param from 0 if the account sees everything from before it joined, else {@code joined}
     * @param joined the number of the change by which the account joined
     * @param until the number of the change by which it left or was removed; the greatest number
     *     while it is a member
     */
    record Period(long from, long joined, long until, boolean removed) {
        boolean has(long mid) {
            return from <= mid && mid <= until;
        }

        /** Returns whether the account was a member at this number. */
        boolean isDuring(long mid) {
            return joined <= mid && mid <= until;
        }
    }

    final String number;
    final ModelConversation conversation = new ModelConversation.Members(this);
    String name;
    String history;
    String topic = "";
    boolean isOpen;
    boolean isClosed;

    /** The roles of the current members, in the order in which they joined. */
    final Map<ModelAccount, String> roles = new LinkedHashMap<>();

    private final Map<ModelAccount, List<Period>> periods = new HashMap<>();

    ModelGroup(String number, String name, String history, boolean isOpen) {
        this.number = number;
        this.name = name;
        this.history = history;
        this.isOpen = isOpen;
    }

    /** Returns a group that does not exist. */
    static ModelGroup none() {
        return new ModelGroup("G999999", "", "joined", false);
    }

    List<Period> periods(ModelAccount account) {
        return periods.getOrDefault(account, List.of());
    }

    boolean isMember(ModelAccount account) {
        return roles.containsKey(account);
    }

    boolean wasIn(ModelAccount account) {
        return !periods(account).isEmpty();
    }

    /** Returns whether an account is not a member because it was removed. */
    boolean wasRemoved(ModelAccount account) {
        return !isMember(account)
                && wasIn(account)
                && periods(account).getLast().removed();
    }

    /** Returns the role of an account; empty if it is not a member. */
    String role(ModelAccount account) {
        return roles.getOrDefault(account, "");
    }

    boolean isManagedBy(ModelAccount account) {
        return role(account).equals("owner") || role(account).equals("admin");
    }

    boolean isLastOwner(ModelAccount account) {
        return role(account).equals("owner")
                && roles.values().stream().filter("owner"::equals).count() == 1;
    }

    /**
     * Returns the longest-standing member other than an account; of those who joined together, the
     * one with the smallest number.
     */
    Optional<ModelAccount> longestMemberExcept(ModelAccount account) {
        return roles.keySet().stream()
                .filter(member -> member != account)
                .min(Comparator.comparingLong((ModelAccount member) ->
                                periods(member).getLast().joined())
                        .thenComparingLong(ModelAccount::id));
    }

    /** Makes an account a member, by the change with a number. */
    void addMember(ModelAccount account, String role, long mid) {
        roles.put(account, role);
        periods.computeIfAbsent(account, _ -> new ArrayList<>())
                .add(new Period(history.equals("all") ? 0 : mid, mid, Long.MAX_VALUE, false));
        account.mark(conversation, mid);
    }

    /** Ends a membership, by the change with a number. */
    void endMembership(ModelAccount account, boolean removed, long mid) {
        roles.remove(account);
        List<Period> own = requireNonNull(periods.get(account));
        Period last = own.removeLast();
        own.add(new Period(last.from(), last.joined(), mid, removed));
        isClosed |= roles.isEmpty();
    }

    @Override
    public String toString() {
        return number + " (" + name + ")";
    }
}
