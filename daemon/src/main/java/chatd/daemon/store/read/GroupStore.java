package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.AMENDMENT;
import static chatd.sql.generated.Tables.CHAT_GROUP;
import static chatd.sql.generated.Tables.GROUP_CHANGE;
import static chatd.sql.generated.Tables.GROUP_CHANGE_ACCOUNT;
import static chatd.sql.generated.Tables.GROUP_MEMBER;
import static chatd.sql.generated.Tables.MESSAGE;
import static java.util.Objects.requireNonNullElse;

import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.group.Membership;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.GroupRows;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.Avatar;
import chatd.sql.generated.tables.records.GroupChangeRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.Cursor;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Reads groups, which only the {@link Ledger} writes. Blocks. */
public final class GroupStore {
    /** How many rows a cursor fetches at a time. */
    private static final int FETCHED = 10_000;

    /** The lowest conversation number above those of groups. */
    private static final long PAIRS = 1L << 32;

    private final Database database;

    public GroupStore(Database database) {
        this.database = database;
    }

    /** Returns all groups, by number. */
    public List<Group> groups() {
        return database.with(sql -> sql.selectFrom(CHAT_GROUP)
                .orderBy(CHAT_GROUP.NUMBER)
                .fetch(row -> new Group(
                        row.getNumber(),
                        row.getName(),
                        row.getTopic(),
                        row.getWholeHistory(),
                        row.getIsOpen(),
                        row.getClosed(),
                        row.getRetention())));
    }

    /**
     * Passes all memberships to a consumer, ordered by group, account, and number of the change
     * that created them.
     */
    public void memberships(Consumer<Membership> to) {
        database.with(sql -> {
            try (Cursor<?> rows = sql.selectFrom(GROUP_MEMBER)
                    .orderBy(GROUP_MEMBER.CHAT_GROUP, GROUP_MEMBER.ACCOUNT, GROUP_MEMBER.SINCE)
                    .fetchSize(FETCHED)
                    .fetchLazy()) {
                rows.forEach(row -> to.accept(new Membership(
                        row.get(GROUP_MEMBER.CHAT_GROUP),
                        row.get(GROUP_MEMBER.ACCOUNT),
                        new MembershipPeriod(
                                row.get(GROUP_MEMBER.SINCE),
                                row.get(GROUP_MEMBER.FROM_MID),
                                requireNonNullElse(row.get(GROUP_MEMBER.UNTIL_MID), Long.MAX_VALUE)),
                        GroupRole.of(row.get(GROUP_MEMBER.ROLE)),
                        row.get(GROUP_MEMBER.REMOVED))));
            }
            return true;
        });
    }

    /** Returns the highest number of a message, change or amendment of each group. */
    public Map<Long, Long> newest() {
        Map<Long, Long> newest = new HashMap<>(newest(MESSAGE, MESSAGE.CONVERSATION, MESSAGE.NUMBER));
        newest(AMENDMENT, AMENDMENT.CONVERSATION, AMENDMENT.NUMBER)
                .forEach((group, number) -> newest.merge(group, number, Math::max));
        return newest;
    }

    private Map<Long, Long> newest(Table<?> table, Field<Long> conversation, Field<Long> number) {
        return database.with(sql -> sql.select(conversation, DSL.max(number))
                .from(table)
                .where(conversation.gt(0L), conversation.lt(PAIRS))
                .groupBy(conversation)
                .fetchMap(row -> row.value1(), row -> row.value2()));
    }

    /** Returns how many groups an account has created since a time, at most {@code limit}. */
    public int countCreatedSince(long account, Instant since, int limit) {
        return database.with(sql -> sql.select(CHAT_GROUP.NUMBER)
                .from(CHAT_GROUP)
                .where(CHAT_GROUP.CREATOR.eq(account), CHAT_GROUP.CREATED.gt(since))
                .limit(limit)
                .fetch()
                .size());
    }

    /** Returns the changes with these numbers, by number. */
    public List<GroupChange> changes(Collection<Long> numbers) {
        return numbers.isEmpty() ? List.of() : read(GROUP_CHANGE.NUMBER.in(numbers), numbers.size());
    }

    /** Returns at most {@code limit} changes after {@code number}, by number. */
    public List<GroupChange> after(long number, int limit) {
        return read(GROUP_CHANGE.NUMBER.gt(number), limit);
    }

    private List<GroupChange> read(Condition which, int limit) {
        return database.with(sql -> {
            var rows = sql.selectFrom(GROUP_CHANGE)
                    .where(which)
                    .orderBy(GROUP_CHANGE.NUMBER)
                    .limit(limit)
                    .fetch();
            Map<Long, List<Long>> users = sql.select(GROUP_CHANGE_ACCOUNT.NUMBER, GROUP_CHANGE_ACCOUNT.ACCOUNT)
                    .from(GROUP_CHANGE_ACCOUNT)
                    .where(GROUP_CHANGE_ACCOUNT.NUMBER.in(rows.getValues(GROUP_CHANGE.NUMBER)))
                    .orderBy(GROUP_CHANGE_ACCOUNT.NUMBER, GROUP_CHANGE_ACCOUNT.ACCOUNT)
                    .fetchGroups(GROUP_CHANGE_ACCOUNT.NUMBER, GROUP_CHANGE_ACCOUNT.ACCOUNT);
            return rows.map(row -> new GroupChange(
                    row.getNumber(),
                    row.getTime(),
                    row.getChatGroup(),
                    row.getName(),
                    row.getActor(),
                    act(row, users.getOrDefault(row.getNumber(), List.of())),
                    null,
                    null));
        });
    }

    private static GroupAction act(GroupChangeRecord row, List<Long> users) {
        long account = requireNonNullElse(row.getAccount(), 0L);
        return switch (row.getKind()) {
            case GroupRows.CREATED -> new GroupAction.Created(users, row.getWholeHistory(), row.getIsOpen());
            case GroupRows.ADDED -> new GroupAction.Added(users);
            case GroupRows.REMOVED -> new GroupAction.Removed(account);
            case GroupRows.LEFT -> new GroupAction.Left(account, requireNonNullElse(row.getNext(), 0L));
            case GroupRows.JOINED -> new GroupAction.Joined(account);
            case GroupRows.RENAMED -> new GroupAction.Renamed(requireNonNullElse(row.getText(), ""));
            case GroupRows.ROLE -> new GroupAction.RoleGiven(account, GroupRole.of(row.getRole()));
            case GroupRows.SET -> new GroupAction.Set(row.getWholeHistory(), row.getIsOpen(), row.getText());
            case GroupRows.AVATAR -> new GroupAction.AvatarChanged(Avatar.NONE);
            case GroupRows.RETENTION ->
                new GroupAction.RetentionSet(requireNonNullElse(row.getRetention(), Group.AS_CONFIGURED));
            case GroupRows.CLOSED -> new GroupAction.Closed();
            default -> throw new IllegalArgumentException("no kind of change has the code " + row.getKind());
        };
    }
}
