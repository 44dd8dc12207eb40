package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.CHAT_GROUP;
import static chatd.sql.generated.Tables.GROUP_CHANGE;
import static chatd.sql.generated.Tables.GROUP_CHANGE_ACCOUNT;
import static chatd.sql.generated.Tables.GROUP_MEMBER;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.PARTY;

import chatd.daemon.model.entry.GroupChange;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Writes the ledger's group changes and their effects on groups and members. */
public final class GroupRows {
    /** Values of the column {@code kind}. */
    public static final int CREATED = 0;

    public static final int ADDED = 1;
    public static final int REMOVED = 2;
    public static final int LEFT = 3;
    public static final int JOINED = 4;
    public static final int RENAMED = 5;
    public static final int ROLE = 6;
    public static final int SET = 7;
    public static final int CLOSED = 8;
    public static final int AVATAR = 9;
    public static final int RETENTION = 10;

    private GroupRows() {}

    /** Values of the columns that only some kinds of change use. */
    private record Detail(
            int kind,
            @Nullable Long account,
            @Nullable Long next,
            @Nullable Integer role,
            @Nullable Boolean wholeHistory,
            @Nullable Boolean open,
            @Nullable String text) {
        static Detail of(GroupAction act) {
            return switch (act) {
                case GroupAction.Created created ->
                    new Detail(CREATED, null, null, null, created.wholeHistory(), created.open(), null);
                case GroupAction.Added added -> new Detail(ADDED, null, null, null, null, null, null);
                case GroupAction.Removed removed -> new Detail(REMOVED, removed.user(), null, null, null, null, null);
                case GroupAction.Left left ->
                    new Detail(LEFT, left.user(), left.next() == 0 ? null : (Long) left.next(), null, null, null, null);
                case GroupAction.Joined joined -> new Detail(JOINED, joined.user(), null, null, null, null, null);
                case GroupAction.Renamed renamed ->
                    new Detail(RENAMED, null, null, null, null, null, renamed.oldName());
                case GroupAction.RoleGiven given ->
                    new Detail(ROLE, given.user(), null, given.role().code, null, null, null);
                case GroupAction.Set set ->
                    new Detail(SET, null, null, null, set.wholeHistory(), set.open(), set.topic());
                case GroupAction.AvatarChanged changed -> new Detail(AVATAR, null, null, null, null, null, null);
                case GroupAction.RetentionSet set -> new Detail(RETENTION, null, null, null, null, null, null);
                case GroupAction.Closed closed -> new Detail(CLOSED, null, null, null, null, null, null);
            };
        }
    }

    static void write(DSLContext sql, GroupChange change) {
        sql.insertInto(MESSAGE)
                .set(MESSAGE.NUMBER, change.number())
                .set(MESSAGE.TIME, change.time())
                .set(MESSAGE.CONVERSATION, change.group())
                .execute();
        Detail detail = Detail.of(change.act());
        sql.insertInto(GROUP_CHANGE)
                .set(GROUP_CHANGE.NUMBER, change.number())
                .set(GROUP_CHANGE.CHAT_GROUP, change.group())
                .set(GROUP_CHANGE.KIND, detail.kind())
                .set(GROUP_CHANGE.TIME, change.time())
                .set(GROUP_CHANGE.ACTOR, change.sender())
                .set(GROUP_CHANGE.NAME, change.name())
                .set(GROUP_CHANGE.ACCOUNT, detail.account())
                .set(GROUP_CHANGE.NEXT, detail.next())
                .set(GROUP_CHANGE.ROLE, detail.role())
                .set(GROUP_CHANGE.WHOLE_HISTORY, detail.wholeHistory())
                .set(GROUP_CHANGE.IS_OPEN, detail.open())
                .set(GROUP_CHANGE.TEXT, detail.text())
                .set(
                        GROUP_CHANGE.RETENTION,
                        change.act() instanceof GroupAction.RetentionSet(int days) ? (Integer) days : null)
                .execute();
        switch (change.act()) {
            case GroupAction.Created created -> {
                sql.insertInto(CHAT_GROUP)
                        .set(CHAT_GROUP.NUMBER, change.group())
                        .set(CHAT_GROUP.NAME, change.name())
                        .set(CHAT_GROUP.TOPIC, "")
                        .set(CHAT_GROUP.WHOLE_HISTORY, created.wholeHistory())
                        .set(CHAT_GROUP.IS_OPEN, created.open())
                        .set(CHAT_GROUP.CLOSED, false)
                        .set(CHAT_GROUP.CREATOR, change.sender())
                        .set(CHAT_GROUP.CREATED, change.time())
                        .execute();
                addMembers(sql, change, List.of(change.sender()), GroupRole.OWNER);
                insertAffectedUsers(sql, change, created.users());
                addMembers(sql, change, created.users(), GroupRole.MEMBER);
            }
            case GroupAction.Added added -> {
                insertAffectedUsers(sql, change, added.users());
                addMembers(sql, change, added.users(), GroupRole.MEMBER);
            }
            case GroupAction.Joined joined -> addMembers(sql, change, List.of(joined.user()), GroupRole.MEMBER);
            case GroupAction.Removed removed -> endMembership(sql, change, removed.user(), true);
            case GroupAction.Left left -> {
                endMembership(sql, change, left.user(), false);
                if (left.next() != 0) {
                    setRole(sql, change, left.next(), GroupRole.OWNER);
                }
                // When the last member leaves, the group is closed.
                sql.update(CHAT_GROUP)
                        .set(CHAT_GROUP.CLOSED, true)
                        .where(
                                CHAT_GROUP.NUMBER.eq(change.group()),
                                DSL.notExists(DSL.selectOne()
                                        .from(GROUP_MEMBER)
                                        .where(
                                                GROUP_MEMBER.CHAT_GROUP.eq(change.group()),
                                                GROUP_MEMBER.UNTIL_MID.isNull())))
                        .execute();
            }
            case GroupAction.RoleGiven given -> setRole(sql, change, given.user(), given.role());
            case GroupAction.Renamed renamed ->
                sql.update(CHAT_GROUP)
                        .set(CHAT_GROUP.NAME, change.name())
                        .where(CHAT_GROUP.NUMBER.eq(change.group()))
                        .execute();
            case GroupAction.Set set ->
                sql.update(CHAT_GROUP)
                        .set(
                                CHAT_GROUP.WHOLE_HISTORY,
                                DSL.coalesce(
                                        DSL.val(set.wholeHistory(), CHAT_GROUP.WHOLE_HISTORY),
                                        CHAT_GROUP.WHOLE_HISTORY))
                        .set(
                                CHAT_GROUP.IS_OPEN,
                                DSL.coalesce(DSL.val(set.open(), CHAT_GROUP.IS_OPEN), CHAT_GROUP.IS_OPEN))
                        .set(CHAT_GROUP.TOPIC, DSL.coalesce(DSL.val(set.topic(), CHAT_GROUP.TOPIC), CHAT_GROUP.TOPIC))
                        .where(CHAT_GROUP.NUMBER.eq(change.group()))
                        .execute();
            case GroupAction.AvatarChanged changed ->
                AvatarRows.write(sql, Addressee.group(change.group()), changed.avatar());
            case GroupAction.RetentionSet set ->
                sql.update(CHAT_GROUP)
                        .set(CHAT_GROUP.RETENTION, set.days())
                        .where(CHAT_GROUP.NUMBER.eq(change.group()))
                        .execute();
            case GroupAction.Closed closed ->
                sql.update(CHAT_GROUP)
                        .set(CHAT_GROUP.CLOSED, true)
                        .where(CHAT_GROUP.NUMBER.eq(change.group()))
                        .execute();
        }
    }

    private static void insertAffectedUsers(DSLContext sql, GroupChange change, List<Long> users) {
        if (users.isEmpty()) {
            return;
        }
        var rows = sql.batch(
                sql.insertInto(GROUP_CHANGE_ACCOUNT, GROUP_CHANGE_ACCOUNT.NUMBER, GROUP_CHANGE_ACCOUNT.ACCOUNT)
                        .values((Long) null, null));
        for (Long user : users) {
            rows = rows.bind(change.number(), user);
        }
        rows.execute();
    }

    /** Makes users members; earlier messages count as read for them. */
    private static void addMembers(DSLContext sql, GroupChange change, List<Long> users, GroupRole role) {
        if (users.isEmpty()) {
            return;
        }
        long group = change.group();
        Boolean isWhole = sql.select(CHAT_GROUP.WHOLE_HISTORY)
                .from(CHAT_GROUP)
                .where(CHAT_GROUP.NUMBER.eq(group))
                .fetchSingle()
                .value1();
        var members = sql.batch(sql.insertInto(
                        GROUP_MEMBER,
                        GROUP_MEMBER.CHAT_GROUP,
                        GROUP_MEMBER.ACCOUNT,
                        GROUP_MEMBER.SINCE,
                        GROUP_MEMBER.FROM_MID,
                        GROUP_MEMBER.ROLE,
                        GROUP_MEMBER.REMOVED)
                .values((Long) null, null, null, null, null, null));
        var parties = sql.batch(sql.insertInto(PARTY, PARTY.ACCOUNT, PARTY.CONVERSATION, PARTY.READ_MID)
                .values((Long) null, null, null)
                .onDuplicateKeyUpdate()
                .set(PARTY.READ_MID, DSL.greatest(PARTY.READ_MID, DSL.excluded(PARTY.READ_MID)))
                .set(PARTY.UNTIL_MID, DSL.inline(null, PARTY.UNTIL_MID)));
        for (Long user : users) {
            members = members.bind(group, user, change.number(), isWhole ? 0L : change.number(), role.code, false);
            parties = parties.bind(user, group, change.number());
        }
        members.execute();
        parties.execute();
    }

    private static void endMembership(DSLContext sql, GroupChange change, long user, boolean removed) {
        sql.update(GROUP_MEMBER)
                .set(GROUP_MEMBER.UNTIL_MID, change.number())
                .set(GROUP_MEMBER.REMOVED, removed)
                .where(
                        GROUP_MEMBER.CHAT_GROUP.eq(change.group()),
                        GROUP_MEMBER.ACCOUNT.eq(user),
                        GROUP_MEMBER.UNTIL_MID.isNull())
                .execute();
        sql.update(PARTY)
                .set(PARTY.UNTIL_MID, change.number())
                .where(PARTY.ACCOUNT.eq(user), PARTY.CONVERSATION.eq(change.group()))
                .execute();
    }

    private static void setRole(DSLContext sql, GroupChange change, long user, GroupRole role) {
        sql.update(GROUP_MEMBER)
                .set(GROUP_MEMBER.ROLE, role.code)
                .where(
                        GROUP_MEMBER.CHAT_GROUP.eq(change.group()),
                        GROUP_MEMBER.ACCOUNT.eq(user),
                        GROUP_MEMBER.UNTIL_MID.isNull())
                .execute();
    }

    /** Returns whether a change with this number exists. */
    static boolean exists(DSLContext sql, GroupChange change) {
        return sql.fetchExists(GROUP_CHANGE, GROUP_CHANGE.NUMBER.eq(change.number()));
    }
}
