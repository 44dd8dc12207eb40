package chatd.daemon.model.group;

import chatd.protocol.value.group.GroupRole;

/**
 * A stretch of time in which a user is, or was, in a group.
 *
 * @param role the user's last role in it
 * @param removed whether it ended because somebody else removed the user
 */
public record Membership(long group, long account, MembershipPeriod period, GroupRole role, boolean removed) {}
