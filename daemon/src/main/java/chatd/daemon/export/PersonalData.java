package chatd.daemon.export;

import chatd.daemon.directory.Directory;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.RememberedDevice;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.model.message.Reader;
import chatd.daemon.store.read.PersonStore;
import chatd.daemon.store.read.Stores;
import chatd.protocol.value.people.Preferences;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is stored about a person besides messages, in the form in which they get it (page {@code personal-data.md}). Times
 * are in the format of {@link Instant}; who is meant is {@code U} or {@code G} and the number. Blocks.
 */
final class PersonalData {
    private final Stores stores;
    private final Directory directory;
    private final Account account;

    PersonalData(Stores stores, Directory directory, Account account) {
        this.stores = stores;
        this.directory = directory;
        this.account = account;
    }

    record Named(String name, String since) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfAccount(
            String number,
            String name,
            List<Named> names,
            String state,
            String created,
            boolean oneTimePassword,
            @Nullable String mutedUntil,
            @Nullable Long quota,
            boolean mayWriteToEveryone,
            Preferred preferences,
            @Nullable String lastLogin,
            @Nullable String lastAddress,
            @Nullable String note) {}

    record Preferred(boolean readMarks, boolean lastSeen, String calls, String requests, String groups, String texts) {}

    /** @param withNote whether with what administrators have noted, which users don't see otherwise */
    OfAccount account(boolean withNote) {
        Preferences preferences = account.preferences();
        return new OfAccount(
                "U" + account.number(),
                account.name(),
                stores.persons().names(account.number()).stream()
                        .map(name -> new Named(name.name(), name.since().toString()))
                        .toList(),
                lower(account.state()),
                account.created().toString(),
                account.mustChange(),
                account.mutedUntil().map(Instant::toString).orElse(null),
                account.quota().isPresent() ? (Long) account.quota().getAsLong() : null,
                account.mayWriteToEveryone(),
                new Preferred(
                        preferences.readMarks(),
                        preferences.lastSeen(),
                        lower(preferences.calls()),
                        lower(preferences.requests()),
                        lower(preferences.groups()),
                        lower(preferences.texts())),
                account.lastLogin().map(login -> login.time().toString()).orElse(null),
                account.lastLogin().map(Account.Login::address).orElse(null),
                withNote && !account.note().isEmpty() ? account.note() : null);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    record Device(String device, String since, String used, String address) {}

    record Network(String network, String lastLogin) {}

    record Sessions(List<Device> devices, List<Network> networks) {}

    Sessions sessions() {
        return new Sessions(
                stores.devices().of(account.number()).stream()
                        .map(PersonalData::device)
                        .toList(),
                stores.persons().networks(account.number()).stream()
                        .map(network -> new Network(
                                network.network(), network.lastLogin().toString()))
                        .toList());
    }

    private static Device device(RememberedDevice device) {
        return new Device(
                device.device(), device.since().toString(), device.used().toString(), device.address());
    }

    record Person(String user, String name, String since) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Request(
            String from,
            String fromName,
            String to,
            String toName,
            boolean open,
            String text,
            String time,
            @Nullable String declined) {}

    record Contacts(List<Person> friends, List<Request> requests, List<Person> blocked) {}

    Contacts contacts() {
        return new Contacts(
                people(stores.persons().friends(account.number())),
                stores.persons().requests(account.number()).stream()
                        .map(request -> new Request(
                                "U" + request.asker(),
                                directory.nameOf(request.asker()),
                                "U" + request.asked(),
                                directory.nameOf(request.asked()),
                                request.open(),
                                request.text(),
                                request.time().toString(),
                                time(request.declined())))
                        .toList(),
                people(stores.persons().blocked(account.number())));
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private List<Person> people(List<PersonStore.Contact> contacts) {
        return contacts.stream()
                .map(contact -> new Person(
                        "U" + contact.other(),
                        directory.nameOf(contact.other()),
                        contact.since().toString()))
                .toList();
    }

    /** @param until null if the user is in the group */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Membership(@Nullable String since, @Nullable String until) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfGroup(
            String group,
            String name,
            @Nullable String topic,
            @Nullable String role,
            boolean closed,
            List<Membership> memberships) {}

    /** Returns the groups that the user is, or was, in; of those, the name as it is, and the topic if the user is in it. */
    List<OfGroup> groups(Reader reader) {
        Set<Long> changes = new TreeSet<>();
        reader.groups()
                .values()
                .forEach(group -> group.periods().forEach(period -> {
                    changes.add(period.since());
                    if (!period.isOpen()) {
                        changes.add(period.until());
                    }
                }));
        Map<Long, GroupChange> times = stores.groups().changes(changes).stream()
                .collect(Collectors.toMap(GroupChange::number, Function.identity()));
        List<OfGroup> all = new ArrayList<>();
        reader.groups()
                .forEach((number, seen) -> directory.groups().find(number).ifPresent(group -> {
                    String role = directory
                            .groups()
                            .members(number)
                            .find(account.number())
                            .map(member -> lower(member.role()))
                            .orElse(null);
                    all.add(group(group, role, seen.periods(), times));
                }));
        return all;
    }

    private static OfGroup group(
            Group group, @Nullable String role, List<MembershipPeriod> periods, Map<Long, GroupChange> times) {
        return new OfGroup(
                "G" + group.number(),
                group.name(),
                role == null ? null : group.topic(),
                role,
                group.closed(),
                periods.stream()
                        .map(period -> new Membership(time(times, period.since()), time(times, period.until())))
                        .toList());
    }

    private static @Nullable String time(Map<Long, GroupChange> times, long change) {
        GroupChange made = times.get(change);
        return made == null ? null : made.time().toString();
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Report(
            long number,
            long message,
            String reason,
            String time,
            @Nullable String closed) {}

    List<Report> reports() {
        return stores.persons().reports(account.number()).stream()
                .map(report -> new Report(
                        report.number(),
                        report.message(),
                        report.reason(),
                        report.time().toString(),
                        time(report.closed())))
                .toList();
    }
}
