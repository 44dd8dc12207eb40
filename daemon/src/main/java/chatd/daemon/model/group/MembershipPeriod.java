package chatd.daemon.model.group;

/**
 * A part of a group's history that a user sees.
 *
 * @param since the number of the change by which the user joined
 * @param from the first number that the user sees: {@code since}, or 0 if they joined while the
 *     whole history was shown
 * @param until the last one, that of the change by which they left; {@link Long#MAX_VALUE} if they
 *     are a member
 */
public record MembershipPeriod(long since, long from, long until) {
    public boolean contains(long message) {
        return from <= message && message <= until;
    }

    public boolean isOpen() {
        return until == Long.MAX_VALUE;
    }
}
