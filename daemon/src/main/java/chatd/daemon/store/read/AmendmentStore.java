package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.AMENDMENT;
import static chatd.sql.generated.Tables.AMENDMENT_READER;
import static chatd.sql.generated.Tables.REACTION;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.AmendmentRows;
import chatd.protocol.value.MessageState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads amendments, and the states of messages that result from them. Blocks. */
public final class AmendmentStore {
    private final Database database;
    private final MessageStore messages;

    AmendmentStore(Database database, MessageStore messages) {
        this.database = database;
        this.messages = messages;
    }

    /**
     * Returns the numbers of the amendments that a user may see, the lowest first; without
     * corrections and reactions whose message was taken back afterwards.
     *
     * @param conversation one of the user's own; null for all of them
     * @param subjectUpTo only those of messages up to this number
     * @param range must begin with the lowest number
     */
    public List<Long> numbers(Reader reader, @Nullable Long conversation, long subjectUpTo, Range range) {
        Account account = reader.account();
        Condition isNotErased = AMENDMENT.KIND.eq(AmendmentRows.TAKEN_BACK).or(AMENDMENT.TEXT.isNotNull());
        Condition isKnown = AMENDMENT.MESSAGE.le(subjectUpTo);
        Condition isWanted = isKnown.and(isNotErased);
        if (conversation != null && Conversation.isGroup(conversation)) {
            Reader.Group group = reader.groups().get(conversation);
            return group == null
                    ? List.of()
                    : database.with(sql ->
                            range.numbers(sql, ofGroup(reader, conversation, group, range, isKnown, isNotErased)));
        }
        Condition isOwn = AMENDMENT_READER.ACCOUNT.eq(account.number());
        Table<Record1<Long>> own = DSL.selectDistinct(AMENDMENT_READER.AMENDMENT.as("n"))
                .from(AMENDMENT_READER)
                .join(AMENDMENT)
                .on(AMENDMENT.NUMBER.eq(AMENDMENT_READER.AMENDMENT))
                .where(
                        conversation == null ? isOwn : isOwn.and(AMENDMENT_READER.CONVERSATION.eq(conversation)),
                        AMENDMENT_READER.AMENDMENT.gt(range.after()),
                        AMENDMENT_READER.AMENDMENT.le(range.upTo()),
                        isWanted)
                .orderBy(AMENDMENT_READER.AMENDMENT)
                .limit(range.count())
                .asTable("o");
        Table<Record1<Long>> everyones = range.ordered(
                AMENDMENT,
                AMENDMENT.NUMBER,
                AMENDMENT
                        .CONVERSATION
                        .eq(Conversation.EVERYONE)
                        .and(AMENDMENT.MESSAGE.gt(account.everyoneAfter()))
                        .and(isWanted),
                "e");
        return database.with(sql -> {
            if (conversation != null) {
                return range.numbers(sql, List.of(conversation == Conversation.EVERYONE ? everyones : own));
            }
            List<Long> others = range.numbers(sql, List.of(own, everyones));
            return range.ofGroups(
                    sql,
                    reader,
                    others,
                    (group, found, rest) -> ofGroup(reader, group, found, rest, isKnown, isNotErased));
        });
    }

    /**
     * Returns queries for the amendments of a group that a user may see, one for each membership
     * period.
     */
    private static List<Table<Record1<Long>>> ofGroup(
            Reader reader, long number, Reader.Group group, Range range, Condition isKnown, Condition isNotErased) {
        // A resumed session is not sent messages from before the user joined, but is sent
        // amendments of them made since.
        Condition isSubject = reader.isResuming() ? isKnown.orNot(isSince(AMENDMENT.MESSAGE, group)) : isKnown;
        Condition isOf = AMENDMENT
                .CONVERSATION
                .eq(number)
                .and(isIn(AMENDMENT.MESSAGE, group))
                .and(isSubject)
                .and(isNotErased);
        return range.within(reader, group).stream()
                .map(part -> part.ordered(AMENDMENT, AMENDMENT.NUMBER, isOf, "g"))
                .toList();
    }

    /** Returns the condition that a number is in a membership period, counted from joining. */
    private static Condition isSince(Field<Long> number, Reader.Group group) {
        return DSL.or(group.periods().stream()
                .map(stretch -> number.between(stretch.since(), stretch.until()))
                .toList());
    }

    /** Returns the condition that a number is in the part of a group's history that a user sees. */
    private static Condition isIn(Field<Long> number, Reader.Group group) {
        return DSL.or(group.periods().stream()
                .map(stretch -> number.between(stretch.from(), stretch.until()))
                .toList());
    }

    /** Returns the amendments with these numbers, by number. */
    public List<Amendment> amendments(Collection<Long> numbers) {
        return numbers.isEmpty() ? List.of() : read(AMENDMENT.NUMBER.in(numbers), numbers.size());
    }

    /** Returns at most {@code limit} amendments after {@code number}, by number. */
    public List<Amendment> after(long number, int limit) {
        return read(AMENDMENT.NUMBER.gt(number), limit);
    }

    private List<Amendment> read(Condition which, int limit) {
        return database.with(sql -> {
            var rows = sql.selectFrom(AMENDMENT)
                    .where(which)
                    .orderBy(AMENDMENT.NUMBER)
                    .limit(limit)
                    .fetch();
            Map<Long, Amendment.Subject> subjects = messages.subjects(rows.getValues(AMENDMENT.MESSAGE));
            return rows.map(row -> new Amendment(
                    row.getNumber(),
                    row.getTime(),
                    row.getSender(),
                    Objects.requireNonNull(subjects.get(row.getMessage())),
                    act(row.getKind(), row.getText(), row.getSalt()),
                    null,
                    null,
                    null));
        });
    }

    private static Amendment.Act act(int kind, @Nullable String text, byte @Nullable [] salt) {
        return switch (kind) {
            case AmendmentRows.TAKEN_BACK -> new Amendment.TakenBack();
            case AmendmentRows.CORRECTED ->
                new Amendment.Corrected(text, Objects.requireNonNullElse(salt, Message.UNSALTED));
            case AmendmentRows.REACTED -> new Amendment.Reacted(text, true, false);
            case AmendmentRows.REACTION_REMOVED -> new Amendment.Reacted(text, false, false);
            default -> throw new IllegalArgumentException("no kind of amendment has the code " + kind);
        };
    }

    /**
     * Returns those of these messages that were taken back, with the numbers of the amendments that
     * did so.
     */
    public Map<Long, Long> takenBack(Collection<Long> some) {
        return some.isEmpty()
                ? Map.of()
                : database.with(sql -> sql.select(AMENDMENT.MESSAGE, AMENDMENT.NUMBER)
                        .from(AMENDMENT)
                        .where(AMENDMENT.MESSAGE.in(some), AMENDMENT.KIND.eq(AmendmentRows.TAKEN_BACK))
                        .fetchMap(AMENDMENT.MESSAGE, AMENDMENT.NUMBER));
    }

    /**
     * The amendments of a message other than reactions.
     *
     * @param takenBack null if it was not taken back
     */
    public record Summary(@Nullable Receipt takenBack, int corrections) {}

    /** Returns whether a message was taken back, and how often it was corrected. */
    public Summary summary(long message) {
        var rows = database.with(sql -> sql.select(AMENDMENT.NUMBER, AMENDMENT.TIME, AMENDMENT.KIND)
                .from(AMENDMENT)
                .where(
                        AMENDMENT.MESSAGE.eq(message),
                        AMENDMENT.KIND.in(AmendmentRows.TAKEN_BACK, AmendmentRows.CORRECTED))
                .fetch());
        Receipt takenBack = rows.stream()
                .filter(row -> row.value3() == AmendmentRows.TAKEN_BACK)
                .map(row -> new Receipt(row.value1(), row.value2()))
                .findFirst()
                .orElse(null);
        return new Summary(takenBack, rows.size() - (takenBack == null ? 0 : 1));
    }

    /**
     * The current state of a user's reaction.
     *
     * @param hidden as in {@link Amendment.Reacted}; null if the user has no such reaction
     * @param isNewKind whether nobody has reacted to the message in this way yet
     * @param kinds how many kinds of reactions the message has; counted only if this is a new one
     */
    public record Reaction(@Nullable Boolean hidden, boolean isNewKind, int kinds) {}

    /** Returns the state of one kind of reaction of a user to a message. */
    public Reaction reaction(long message, long account, String code) {
        return database.with(sql -> {
            Boolean hidden = sql.select(REACTION.HIDDEN)
                    .from(REACTION)
                    .where(REACTION.MESSAGE.eq(message), REACTION.ACCOUNT.eq(account), REACTION.CODE.eq(code))
                    .fetchOne(REACTION.HIDDEN);
            boolean isNewKind =
                    hidden == null && !sql.fetchExists(REACTION, REACTION.MESSAGE.eq(message), REACTION.CODE.eq(code));
            int kinds = isNewKind
                    ? sql.selectDistinct(REACTION.CODE)
                            .from(REACTION)
                            .where(REACTION.MESSAGE.eq(message))
                            .fetch()
                            .size()
                    : 0;
            return new Reaction(hidden, isNewKind, kinds);
        });
    }

    /**
     * The current state of a message.
     *
     * @param takenBack null if it was not taken back
     * @param corrections the newest first
     */
    public record State(
            @Nullable Retraction takenBack,
            List<Correction> corrections,
            SequencedMap<String, MessageState.Reactions> reactions) {
        /** The state of a message without amendments. */
        public static final State UNCHANGED = new State(null, List.of(), new LinkedHashMap<>());
    }

    /** Who took a message back, and when. */
    public record Retraction(long by, Instant time) {}

    /** A correction, with its text. */
    public record Correction(long number, Instant time, String text, byte[] salt) {}

    /**
     * A correction of a message, with the accounts that were sent it.
     *
     * @param notified the accounts that were sent it; null for all who have the message
     */
    public record SentCorrection(
            long message,
            long number,
            String text,
            @Nullable Set<Long> notified) {}

    /**
     * Returns the corrections of these messages, the newest first; none of messages that were taken
     * back.
     */
    public List<SentCorrection> corrections(Collection<Message> some) {
        if (some.isEmpty()) {
            return List.of();
        }
        Map<Long, Message> byNumber = some.stream().collect(Collectors.toMap(Message::number, Function.identity()));
        return database.with(sql -> {
            var rows = sql.select(AMENDMENT.MESSAGE, AMENDMENT.NUMBER, AMENDMENT.TEXT, AMENDMENT.CONVERSATION)
                    .from(AMENDMENT)
                    .where(
                            Range.covering(AMENDMENT.MESSAGE, byNumber.keySet()),
                            AMENDMENT.KIND.eq(AmendmentRows.CORRECTED),
                            AMENDMENT.TEXT.isNotNull())
                    .orderBy(AMENDMENT.NUMBER.desc())
                    .fetch();
            rows.removeIf(row -> !byNumber.containsKey(row.value1()));
            Set<Long> concerned = new HashSet<>();
            rows.stream().filter(row -> row.value4() == null).forEach(row -> {
                Message message = Objects.requireNonNull(byNumber.get(row.value1()));
                concerned.add(message.sender());
                concerned.addAll(Objects.requireNonNullElse(message.receivers(), List.of()));
            });
            Map<Long, Set<Long>> told = concerned.isEmpty()
                    ? Map.of()
                    : sql
                            .select(AMENDMENT_READER.AMENDMENT, AMENDMENT_READER.ACCOUNT)
                            .from(AMENDMENT_READER)
                            .where(
                                    AMENDMENT_READER.ACCOUNT.in(concerned),
                                    AMENDMENT_READER.AMENDMENT.in(rows.getValues(AMENDMENT.NUMBER)))
                            .fetch()
                            .stream()
                            .collect(Collectors.groupingBy(
                                    row -> row.value1(), Collectors.mapping(row -> row.value2(), Collectors.toSet())));
            return rows.map(row -> new SentCorrection(
                    row.value1(),
                    row.value2(),
                    row.value3(),
                    row.value4() == null ? told.getOrDefault(row.value2(), Set.of()) : null));
        });
    }

    /**
     * Returns the states of messages, as one of their readers may see them.
     *
     * @param some at least one
     * @param upTo no correction or reaction above this number
     */
    public Map<Long, State> states(Reader reader, List<Message> some, long upTo) {
        return database.with(sql -> {
            Map<Long, State> states = new HashMap<>();
            List<Long> numbers = some.stream().map(Message::number).toList();
            Map<Long, Retraction> taken = new HashMap<>();
            Map<Long, List<Correction>> corrections = corrections(sql, reader, some, upTo, taken);
            Map<Long, SequencedMap<String, MessageState.Reactions>> reactions = reactions(sql, reader, some, upTo);
            for (Long number : numbers) {
                State state = new State(
                        taken.get(number),
                        corrections.getOrDefault(number, List.of()),
                        reactions.getOrDefault(number, State.UNCHANGED.reactions()));
                states.put(number, state);
            }
            return states;
        });
    }

    /** @param taken receives who took which message back */
    private static Map<Long, List<Correction>> corrections(
            DSLContext sql, Reader reader, List<Message> some, long upTo, Map<Long, Retraction> taken) {
        Map<Long, List<Correction>> corrections = new HashMap<>();
        Map<Long, Long> groups = some.stream().collect(Collectors.toMap(Message::number, Message::group));
        Condition isTold = AMENDMENT
                .CONVERSATION
                .isNotNull()
                .or(DSL.exists(DSL.selectOne()
                        .from(AMENDMENT_READER)
                        .where(
                                AMENDMENT_READER.ACCOUNT.eq(reader.number()),
                                AMENDMENT_READER.AMENDMENT.eq(AMENDMENT.NUMBER))));
        Condition isCorrection = AMENDMENT
                .KIND
                .eq(AmendmentRows.CORRECTED)
                .and(AMENDMENT.NUMBER.le(upTo))
                .and(AMENDMENT.TEXT.isNotNull());
        sql.selectFrom(AMENDMENT)
                .where(
                        AMENDMENT.MESSAGE.in(groups.keySet()),
                        AMENDMENT.KIND.eq(AmendmentRows.TAKEN_BACK).or(isCorrection.and(isTold)))
                .orderBy(AMENDMENT.NUMBER.desc())
                .forEach(row -> {
                    long group = groups.getOrDefault(row.getMessage(), 0L);
                    if (row.getKind() == AmendmentRows.TAKEN_BACK) {
                        taken.put(row.getMessage(), new Retraction(row.getSender(), row.getTime()));
                    } else if (group == 0 || reader.sees(group, row.getNumber())) {
                        corrections
                                .computeIfAbsent(row.getMessage(), of -> new ArrayList<>())
                                .add(new Correction(row.getNumber(), row.getTime(), row.getText(), row.getSalt()));
                    }
                });
        return corrections;
    }

    private static Map<Long, SequencedMap<String, MessageState.Reactions>> reactions(
            DSLContext sql, Reader reader, List<Message> some, long upTo) {
        // The receivers of a message to several do not learn of one another.
        Condition isKnown = REACTION.MESSAGE.in(some.stream()
                .filter(message -> message.sender() == reader.number()
                        || message.receivers() == null
                        || message.receivers().size() == 1)
                .map(Message::number)
                .toList());
        Condition isOwn = REACTION.ACCOUNT.eq(reader.number());
        Condition isSeen = DSL.and(some.stream()
                .filter(message -> message.group() != 0)
                .collect(Collectors.groupingBy(Message::group))
                .entrySet()
                .stream()
                .map(ofGroup -> isSeen(ofGroup.getValue(), reader.groups().get(ofGroup.getKey())))
                .toList());
        Field<Integer> count = DSL.count()
                .over(DSL.partitionBy(REACTION.MESSAGE, REACTION.CODE))
                .as("n");
        Field<Integer> place = DSL.rowNumber()
                .over(DSL.partitionBy(REACTION.MESSAGE, REACTION.CODE).orderBy(REACTION.AMENDMENT))
                .as("place");
        var all = DSL.select(REACTION.MESSAGE, REACTION.CODE, REACTION.ACCOUNT, REACTION.AMENDMENT, count, place)
                .from(REACTION)
                .where(
                        REACTION.MESSAGE.in(some.stream().map(Message::number).toList()),
                        REACTION.AMENDMENT.le(upTo),
                        isOwn.or(isKnown.andNot(REACTION.HIDDEN)),
                        isSeen)
                .asTable("r");
        Map<Long, SequencedMap<String, MessageState.Reactions>> reactions = new HashMap<>();
        sql.select(all.field(REACTION.MESSAGE), all.field(REACTION.CODE), all.field(REACTION.ACCOUNT), all.field(count))
                .from(all)
                .where(all.field(place).le(MessageState.Reactions.MAX_USERS))
                .orderBy(all.field(REACTION.AMENDMENT))
                .forEach(row -> reactions
                        .computeIfAbsent(row.value1(), of -> new LinkedHashMap<>())
                        .merge(
                                row.value2(),
                                new MessageState.Reactions(row.value4(), List.of(row.value3())),
                                MessageState.Reactions::withUsersOf));
        return reactions;
    }

    /**
     * Returns the condition that a reaction, if it is to one of these messages of a group, is one
     * that a user may see.
     */
    private static Condition isSeen(List<Message> some, Reader.@Nullable Group group) {
        Condition isAnother =
                REACTION.MESSAGE.notIn(some.stream().map(Message::number).toList());
        return group == null ? isAnother : isAnother.or(isIn(REACTION.AMENDMENT, group));
    }

    /** Rows that may be deleted in one transaction of the ledger. */
    private static final int MAX_DELETED = 1_000;

    /**
     * Deletes what was done about messages that are about to be deleted, except the last of it, some at a time: of what
     * anybody may do without end, the ledger then deletes little. The messages must not be amended meanwhile.
     */
    public void trim(List<Long> some) {
        List<Long> surplus = surplus(some);
        while (!surplus.isEmpty()) {
            List<Long> numbers = surplus;
            database.with(sql -> sql.deleteFrom(AMENDMENT_READER)
                    .where(AMENDMENT_READER.AMENDMENT.in(numbers))
                    .execute());
            database.with(sql -> sql.deleteFrom(AMENDMENT)
                    .where(AMENDMENT.NUMBER.in(numbers))
                    .execute());
            surplus = surplus(some);
        }
        Condition isAbout = REACTION.MESSAGE.in(some);
        while (database.with(sql -> sql.fetchCount(REACTION, isAbout)) > MAX_DELETED) {
            database.with(sql ->
                    sql.deleteFrom(REACTION).where(isAbout).limit(MAX_DELETED).execute());
        }
    }

    /** Returns the numbers of some amendments of these messages, if there are more than may be deleted at once. */
    private List<Long> surplus(List<Long> some) {
        List<Long> found = database.with(sql -> sql.select(AMENDMENT.NUMBER)
                .from(AMENDMENT)
                .where(AMENDMENT.MESSAGE.in(some))
                .orderBy(AMENDMENT.MESSAGE, AMENDMENT.NUMBER)
                .limit(2 * MAX_DELETED)
                .fetch(AMENDMENT.NUMBER));
        return found.size() > MAX_DELETED ? found.subList(0, found.size() - MAX_DELETED) : List.of();
    }
}
