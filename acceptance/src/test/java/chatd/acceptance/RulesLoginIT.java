package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules 1, 3 and 4: what a log in says, to whom, and in which order. */
@ExtendWith(SharedDemo.class)
class RulesLoginIT {

    private final Demo demo;

    RulesLoginIT(Demo demo) {
        this.demo = demo;
    }

    @Test
    void firstLogInSaysNeverAndListsEveryoneAndGivesEmptySettings() {
        Demo.Person other = demo.person();
        Demo.Person person = demo.person();
        try (Chat1Socket socket = demo.connect()) {
            socket.send(Wire.logIn(person.name(), person.password()));
            Frame answer = socket.next();
            assertThat(answer.code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(answer.lastLogin()).isEqualTo(Wire.NEVER);
            assertThat(answer.users())
                    .containsEntry(person.name(), true)
                    .containsEntry(other.name(), false)
                    .containsEntry("alice", false)
                    .containsEntry("bob", false);
            Frame settings = socket.next();
            assertThat(settings.code()).isEqualTo(Wire.SETTINGS);
            assertThat(settings.body()).isEmpty();
        }
    }

    @Test
    void lastLogInIsThatBeforeThisOneInUtc() {
        Demo.Person person = demo.person();
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        demo.logIn(person).close();
        Instant after = Instant.now();
        for (int i = 0; i < 2; i++) {
            try (Chat1Socket socket = demo.connect()) {
                Instant last = LocalDateTime.parse(
                                socket.logIn(person).lastLogin(), DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss"))
                        .toInstant(ZoneOffset.UTC);
                assertThat(last).isAfterOrEqualTo(before).isBeforeOrEqualTo(i == 0 ? after : Instant.now());
            }
        }
    }

    @Test
    void wrongPasswordAndUnknownUserAreToldApart() {
        Demo.Person person = demo.person();
        try (Chat1Socket socket = demo.connect()) {
            socket.send(Wire.logIn(person.name(), "not-the-password"));
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            socket.send(Wire.logIn(Demo.newName(), person.password()));
            assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
            socket.logIn(person);
        }
    }

    @Test
    void othersSeeAUserComeAndGo() {
        Demo.Person person = demo.person();
        try (Chat1Socket watcher = demo.newcomer()) {
            Chat1Socket socket = demo.logIn(person);
            watcher.expectPresence(Wire.ONLINE, person.name());
            socket.close();
            watcher.expectPresence(Wire.OFFLINE, person.name());
        }
    }

    @Test
    void registeredAccountIsAnnouncedAsOfflineAndMayLogInNext() {
        var person = new Demo.Person(Demo.newName(), Demo.PASSWORD);
        try (Chat1Socket watcher = demo.newcomer();
                Chat1Socket socket = demo.connect()) {
            socket.send(Wire.register(person.name(), person.password()));
            Frame answer = socket.next();
            assertThat(answer.code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(answer.body()).isEmpty();
            watcher.expectPresence(Wire.OFFLINE, person.name());
            socket.logIn(person);
            watcher.expectPresence(Wire.ONLINE, person.name());
        }
    }

    @Test
    void addedAccountIsAnnouncedAsOffline() {
        String name = Demo.newName();
        try (Chat1Socket watcher = demo.newcomer()) {
            demo.admin("", "user", "add", name).exits(0);
            watcher.expectPresence(Wire.OFFLINE, name);
        }
    }

    @Test
    void registeringDoesNotLogIn() {
        try (Chat1Socket socket = demo.connect()) {
            socket.send(Wire.register(Demo.newName(), Demo.PASSWORD), Wire.textToAll("not yet"));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
            socket.expectClosed();
        }
    }

    @Test
    void secondLoginDisplacesTheFirst() {
        Demo.Person person = demo.person();
        try (Chat1Socket watcher = demo.newcomer();
                Chat1Socket first = demo.logIn(person)) {
            watcher.expectPresence(Wire.ONLINE, person.name());
            try (Chat1Socket second = demo.connect()) {
                assertThat(second.logIn(person).code()).isEqualTo(Wire.LOGGED_IN_DISPLACING);
                first.expectPresence(Wire.OFFLINE, person.name());
                first.expectClosed();
                assertThat(watcher.fence()).noneMatch(f -> f.name().equals(person.name()));
                watcher.send(Wire.text("still there", person.name()));
                second.expectText(watcher.name(), "still there");
            }
            watcher.expectPresence(Wire.OFFLINE, person.name());
        }
    }

    @Test
    void resetEndsTheSessionWithItsReason() {
        Demo.Person person = demo.person();
        try (Chat1Socket watcher = demo.newcomer();
                Chat1Socket socket = demo.logIn(person)) {
            watcher.expectPresence(Wire.ONLINE, person.name());
            demo.admin("", "user", "reset", person.name()).exits(0);
            socket.expectServerText();
            socket.expectPresence(Wire.OFFLINE, person.name());
            socket.expectClosed();
            watcher.expectPresence(Wire.OFFLINE, person.name());
        }
    }

    @Test
    void listAndPresenceFormOneOrder() throws Exception {
        List<Demo.Person> people = List.of(demo.person(), demo.person(), demo.person());
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> coming = pool.submit(() -> {
                for (int i = 0; i < 60; i++) {
                    demo.logIn(people.get(i % 3)).close();
                }
            });
            var watchers = new ArrayList<Chat1Socket>();
            var views = new ArrayList<Map<String, Boolean>>();
            while (watchers.size() < 15) {
                Demo.Person watcher = demo.person();
                Chat1Socket socket = demo.connect();
                views.add(socket.logIn(watcher).users());
                watchers.add(socket);
            }
            coming.get();
            Demo.Person witness = demo.person();
            await().until(() -> {
                try (Chat1Socket socket = demo.connect()) {
                    Map<String, Boolean> users = socket.logIn(witness).users();
                    return people.stream().noneMatch(person -> users.getOrDefault(person.name(), true));
                }
            });
            Chat1Socket last = demo.logIn(people.get(2)); // the change that all must see last
            for (int i = 0; i < watchers.size(); i++) {
                follow(watchers.get(i), views.get(i), people);
            }
            last.close();
            watchers.forEach(Chat1Socket::close);
        }
    }

    /** Applies what the watcher was told; each must change what it knew, and the end must be the truth. */
    private static void follow(Chat1Socket watcher, Map<String, Boolean> view, List<Demo.Person> people) {
        for (Frame frame : watcher.fence()) {
            boolean online = frame.code() == Wire.ONLINE;
            Boolean before = view.put(frame.name(), online);
            assertThat(before)
                    .as("%s was known before it was told %s", frame.name(), online)
                    .isNotEqualTo(online);
        }
        assertThat(view)
                .containsEntry(people.get(0).name(), false)
                .containsEntry(people.get(1).name(), false)
                .containsEntry(people.get(2).name(), true);
    }
}
