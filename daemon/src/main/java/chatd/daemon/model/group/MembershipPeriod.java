package chatd.daemon.model.group;

/**
 * A part of a group's history that a user sees.
 *
 * @param since the number of the change by which the user came
 * @param from the first number that it sees: {@code since}, or 0 if it came while the whole history was shown
 * @param until the last one, that of the change by which it left; {@link Long#MAX_VALUE} if it is a member
 */
public record MembershipPeriod(long since, long from, long until) {
    public boolean has(long message) {
        return from <= message && message <= until;
    }

    public boolean isOpen() {
        return until == Long.MAX_VALUE;
    }
}
