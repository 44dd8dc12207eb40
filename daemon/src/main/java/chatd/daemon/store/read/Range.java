package chatd.daemon.store.read;

import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.model.message.Reader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;

/**
 * Which numbers of a history are wanted.
 *
 * @param after only numbers above this one
 * @param upTo no number above this one
 * @param count how many at most
 * @param newest whether to begin with the highest number; otherwise with the lowest
 */
public record Range(long after, long upTo, int count, boolean newest) {
    /** Maximum number of groups queried by one statement. */
    private static final int GROUPS = 25;

    /** Maximum number of numbers read for each that is wanted. */
    private static final int MAX_PER_WANTED = 2;

    private static final Field<Long> NUMBER = DSL.field(DSL.name("n"), Long.class);

    /**
     * Returns a condition that holds for these numbers, and perhaps for others between them: a
     * range where they lie close together, because a list of hundreds of numbers costs more than a
     * few superfluous rows.
     */
    static Condition covering(Field<Long> number, Collection<Long> numbers) {
        LongSummaryStatistics all = numbers.stream().mapToLong(Long::longValue).summaryStatistics();
        return all.getMax() - all.getMin() < MAX_PER_WANTED * all.getCount()
                ? number.between(all.getMin(), all.getMax())
                : number.in(numbers);
    }

    Range above(long number) {
        return new Range(Math.max(after, number), upTo, count, newest);
    }

    private Range below(long number) {
        return new Range(after, Math.min(upTo, number), count, newest);
    }

    private boolean isEmpty() {
        return after >= upTo;
    }

    /** Returns a query for numbers in one index, as a table with the column {@code n}. */
    Table<Record1<Long>> ordered(Table<?> from, TableField<?, Long> number, Condition whose, String name) {
        return DSL.select(number.as(NUMBER))
                .from(from)
                .where(whose, number.gt(after), number.le(upTo))
                .orderBy(newest ? number.desc() : number.asc())
                .limit(count)
                .asTable(name);
    }

    /** Returns the numbers that such queries find, each once, in order. */
    List<Long> numbers(DSLContext sql, List<Table<Record1<Long>>> parts) {
        if (parts.isEmpty()) {
            return List.of();
        }
        Select<Record1<Long>> all = DSL.select(NUMBER).from(parts.getFirst());
        for (Table<Record1<Long>> part : parts.subList(1, parts.size())) {
            all = all.union(DSL.select(NUMBER).from(part));
        }
        return sql.select(NUMBER)
                .from(all.asTable("all_of_them"))
                .orderBy(newest ? NUMBER.desc() : NUMBER.asc())
                .limit(count)
                .fetch(NUMBER);
    }

    /** Returns the parts of this range in which a user sees a group's history. */
    List<Range> within(Reader reader, Reader.Group group) {
        List<Range> parts = new ArrayList<>();
        for (MembershipPeriod stretch : group.periods()) {
            long from = reader.isResuming() ? stretch.since() : stretch.from();
            Range part = above(from - 1).below(stretch.until());
            if (!part.isEmpty()) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** Builds the queries for the wanted part of a group's history. */
    interface GroupQueries {
        List<Table<Record1<Long>>> queries(long number, Reader.Group group, Range range);
    }

    /**
     * Returns these numbers, and those of a user's groups. Groups with nothing above {@code after}
     * are not queried, nor those that can't add to what was already found.
     */
    List<Long> ofGroups(DSLContext sql, Reader reader, List<Long> others, GroupQueries ofGroup) {
        List<Map.Entry<Long, Reader.Group>> groups = reader.groups().entrySet().stream()
                .filter(group -> group.getValue().newest() > after)
                .sorted(Comparator.comparingLong(group -> -group.getValue().newest()))
                .toList();
        List<Long> found = others;
        for (int i = 0; i < groups.size(); i += GROUPS) {
            Range rest = found.size() < count ? this : newest ? above(found.getLast()) : below(found.getLast());
            if (groups.get(i).getValue().newest() <= rest.after) {
                break;
            }
            List<Table<Record1<Long>>> queries = groups.subList(i, Math.min(groups.size(), i + GROUPS)).stream()
                    .flatMap(group -> ofGroup.queries(group.getKey(), group.getValue(), rest).stream())
                    .toList();
            found = merged(found, numbers(sql, queries));
        }
        return found;
    }

    private List<Long> merged(Collection<Long> some, Collection<Long> others) {
        Comparator<Long> order = newest ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Stream.concat(some.stream(), others.stream())
                .distinct()
                .sorted(order)
                .limit(count)
                .toList();
    }
}
